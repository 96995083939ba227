"""How fast segments are counted, shown and read in batches, on SQLite and PostgreSQL.

Beside it, in the same run: one pass of the database over the same rows (a bare count of who spent
anything), which no way of asking can beat by much. Memory is that of this process.

    python -m tests.benchmarks.segments --size 1000000
"""

import argparse
import json
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine, func, select
from sqlmodel import Session

from bot import migrations
from bot.engines import create_shop_engine
from campaigns.segments import asking
from campaigns.segments.rules import Rule, read_rule
from campaigns.segments.sql import SUMMARY
from tests.campaigns.segments.crowd import analyse, fill, people
from tests.campaigns.segments.shop_rows import NOW
from tools.postgres import throw_away_postgres

SIZE: Final = 1_000_000
BATCH: Final = 500
TIMES: Final = 5


def _fact(fact: str, op: str, value: Any = None, days: int | None = None) -> dict[str, Any]:
    return {"kind": "fact", "fact": fact, "op": op, "value": value, "days": days}


SLEEPING: Final = _fact("last_seen", "before", 30)
RULES: Final[dict[str, dict[str, Any]]] = {
    "big spenders": {
        "kind": "all",
        "of": [_fact("spent", "at_least", 50_000), _fact("orders", "at_least", 3)],
    },
    "sleeping": {"kind": "all", "of": [SLEEPING, _fact("orders", "at_least", 1)]},
    "cart left": {
        "kind": "all",
        "of": [
            _fact("cart_left", "before", 24),
            {"kind": "not", "of": _fact("last_order", "within", 30)},
        ],
    },
    "tag, not bought": {
        "kind": "all",
        "of": [
            _fact("tag", "any", [1, 2, 3]),
            {"kind": "not", "of": _fact("bought", "category", [4], 90)},
        ],
    },
    "everything at once": {
        "kind": "any",
        "of": [
            {
                "kind": "all",
                "of": [
                    _fact("bought", "product", list(range(1, 21)), 180),
                    _fact("coupon", "unused", [], 7),
                    _fact("follows", "yes"),
                ],
            },
            {
                "kind": "all",
                "of": [_fact("group", "in_any"), {"kind": "not", "of": _fact("tag", "any", [5])}],
            },
            {"kind": "all", "of": [_fact("source", "came", ["code-1"], 30), SLEEPING]},
            {"kind": "all", "of": [_fact("m", "at_least", 5), _fact("birthday", "within", 7)]},
        ],
    },
}


def run(size: int = SIZE) -> dict[str, object]:
    """Milliseconds and ratios for both databases."""
    result: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'shop.db'}"
        result |= {f"SQLite {name}": value for name, value in measure(url, size).items()}
    with throw_away_postgres() as server:
        result |= {f"PostgreSQL {name}": value for name, value in measure(server, size).items()}
    return result


def measure(url: str, size: int) -> dict[str, object]:
    """One database: filled, then asked."""
    migrations.upgrade(url)
    engine = create_shop_engine(url)
    try:
        with engine.begin() as connection:
            fill(connection, people(size))
        with engine.begin() as connection:
            analyse(connection)
        return ask(engine, size)
    finally:
        engine.dispose()


def ask(engine: Engine, size: int) -> dict[str, object]:
    """Every rule, and one pass over the table for comparison."""
    result: dict[str, object] = {}
    with Session(engine) as session:
        bare = select(func.count()).select_from(SUMMARY).where(SUMMARY.c.spent > 0)
        a_pass = _median(lambda: session.connection().execute(bare).scalar_one())
        result["one pass, ms"] = round(a_pass)
        before = _resident()
        for name, told in RULES.items():
            result |= {f"{name}: {what}": value for what, value in _times(session, told, a_pass)}
        result["memory grew, MB"] = round(_resident() - before, 1)
        result |= _batches(session, read_rule(RULES["everything at once"]), size)
    return result


def _times(session: Session, told: dict[str, Any], a_pass: float) -> list[tuple[str, object]]:
    rule = read_rule(told)
    counting = _median(lambda: asking.count(session, rule, NOW))
    showing = _median(lambda: asking.examples(session, rule, NOW))
    return [
        ("found", asking.count(session, rule, NOW)),
        ("count and ten examples, ms", round(counting + showing)),
        ("count / one pass", round(counting / a_pass, 1)),
    ]


def _batches(session: Session, rule: Rule, size: int) -> dict[str, object]:
    """A batch at the beginning, and one nine tenths down."""
    first = _median(lambda: asking.batch(session, rule, NOW, 0, size, BATCH))
    deep = _median(lambda: asking.batch(session, rule, NOW, size * 9 // 10, size, BATCH))
    return {"first batch, ms": round(first, 1), "deep batch / first": round(deep / first, 1)}


def _median(deed: Callable[[], object]) -> float:
    """Milliseconds."""
    taken = []
    for _ in range(TIMES):
        began = time.perf_counter()
        deed()
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)


def _resident() -> float:
    """The most megabytes that this process has ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--size", type=int, default=SIZE)
    print(json.dumps(run(arguments.parse_args().size), indent=2))  # noqa: T201
