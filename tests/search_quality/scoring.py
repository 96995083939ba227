"""nDCG@10 and MRR over graded judgements."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final

from tests.search_quality.judging import WANTED, Query, judged

DEPTH: Final = 10

type Ranking = Callable[[str], Sequence[int]]
"""The product ids that a way of searching shows for some words, the best first."""


@dataclass(frozen=True, slots=True)
class Score:
    """How one query was answered."""

    query: Query
    ndcg: float
    reciprocal_rank: float
    """Of the first good that is wanted, within the first ten; 0 when none is there."""
    shown: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Mean:
    """How some queries were answered."""

    ndcg: float
    mrr: float
    count: int


def score_all(queries: Sequence[Query], ranking: Ranking) -> list[Score]:
    """Ask every query."""
    return [score(query, ranking(query.text)) for query in queries]


def score(query: Query, shown: Sequence[int]) -> Score:
    """Judge what one query was shown."""
    grades = judged()[query.text]
    seen = [grades.get(product_id, 0) for product_id in shown[:DEPTH]]
    best = sorted(grades.values(), reverse=True)[:DEPTH]
    rank = next((rank for rank, grade in enumerate(seen, 1) if grade >= WANTED), None)
    return Score(
        query=query,
        ndcg=_gain(seen) / _gain(best),
        reciprocal_rank=1 / rank if rank else 0.0,
        shown=tuple(shown[:DEPTH]),
    )


def mean(scores: Sequence[Score]) -> Mean:
    """The mean of some scores, of which there must be one."""
    return Mean(
        ndcg=fmean(each.ndcg for each in scores),
        mrr=fmean(each.reciprocal_rank for each in scores),
        count=len(scores),
    )


def by_kind(scores: Sequence[Score]) -> Mapping[str, Mean]:
    """The means of each kind of query, in their order."""
    kinds = dict.fromkeys(each.query.kind for each in scores)
    return {kind: mean([each for each in scores if each.query.kind == kind]) for kind in kinds}


def _gain(grades: Sequence[int]) -> float:
    return math.fsum(
        ((1 << grade) - 1) / math.log2(rank + 1) for rank, grade in enumerate(grades, start=1)
    )
