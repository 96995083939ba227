"""`make bench`: every benchmark, as a table of ratios within this run and as var/bench.json."""

import argparse
import json
import platform
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.benchmarks import campaign_run, search, seats, segments, turns
from tests.benchmarks.search import Loading, Timing

console = Console()
RESULT = Path("var/bench.json")


def main() -> None:
    """Run what was asked for, print as it comes, keep it all."""
    arguments = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    arguments.add_argument("--turns", type=int, default=1500, help="messages a round (0: none)")
    arguments.add_argument("--orders", type=int, default=600, help="in one group (0: none)")
    arguments.add_argument(
        "--sizes", type=int, nargs="*", default=search.SIZES, help="products to search (none: skip)"
    )
    arguments.add_argument(
        "--customers", type=int, default=segments.SIZE, help="to ask segments of (0: none)"
    )
    arguments.add_argument(
        "--recipients", type=int, default=campaign_run.RECIPIENTS, help="of a campaign (0: none)"
    )
    arguments.add_argument("--rasa", action=argparse.BooleanOptionalAction, default=True)
    chosen = arguments.parse_args()
    kept: dict[str, Any] = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "machine": platform.machine(),
    }
    if chosen.turns:
        kept["turns"] = show(
            "A turn through the real callback, Rasa stubbed", turns.run(chosen.turns)
        )
    if chosen.orders:
        kept["seats"] = show("Seats and orders, and the raw driver", seats.run(chosen.orders))
    if chosen.customers:
        kept["segments"] = show(
            "Segments, and one pass over the rows", segments.run(chosen.customers)
        )
    if chosen.recipients:
        title = "A campaign by a worker that is killed twenty times"
        kept["campaign"] = show(title, campaign_run.run(chosen.recipients))
    if chosen.rasa:
        kept["turns with Rasa"] = show("The same with the real Rasa", turns.run_with_rasa())
    if chosen.sizes:
        kept["search"] = measure_search(chosen.sizes)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(kept, ensure_ascii=False, indent=2) + "\n")
    console.print(f"kept in {RESULT}")


def show(title: str, result: dict[str, object]) -> dict[str, object]:
    """Print a result and hand it on."""
    table = Table("what", "value", title=title)
    for name, value in result.items():
        table.add_row(name, str(value))
    console.print(table)
    return result


def measure_search(sizes: list[int]) -> list[dict[str, Any]]:
    """Ours against FTS5 and LIKE, growing with the catalogue."""
    timings: list[Timing] = []
    kept: list[dict[str, Any]] = []

    def report(result: Timing | Loading) -> None:
        kept.append({"kind": type(result).__name__.lower(), **asdict(result)})
        if isinstance(result, Timing):
            timings.append(result)
            console.print(f"{result.products:,} {result.engine}: p99 {result.p99:.2f} ms")

    search.run(report, sizes)
    console.print(growth_table(timings))
    return kept


def growth_table(timings: list[Timing]) -> Table:
    """A row an engine and size: times, ratio to ours at that size, growth over its smallest."""
    columns = ("products", "engine", "p50 ms", "p99 ms", "p50 / ours", "p50 grew")
    table = Table(*columns, title="Search")
    ours = {each.products: each.p50 for each in timings if each.engine == "ours"}
    smallest: dict[str, float] = {}
    for each in timings:
        smallest.setdefault(each.engine, each.p50)
        table.add_row(
            f"{each.products:,}",
            each.engine,
            f"{each.p50:.3f}",
            f"{each.p99:.3f}",
            f"{each.p50 / ours[each.products]:.1f}×",
            f"{each.p50 / smallest[each.engine]:.1f}×",
        )
    return table


if __name__ == "__main__":
    main()
