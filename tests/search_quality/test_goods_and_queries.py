"""The measure itself: enough goods, enough queries, and each query has an answer."""

import pytest

from tests.search_quality.corpus import goods, kinds
from tests.search_quality.judging import WANTED, judged, queries


@pytest.mark.slow
def test_there_are_goods_of_many_kinds_and_queries_that_each_have_an_answer() -> None:
    titles = [good.product.title for good in goods()]
    asked = [query.text for query in queries()]
    unanswered = [text for text in asked if max(judged()[text].values(), default=0) < WANTED]

    assert len(titles) >= 5_000
    assert len(set(titles)) > 0.98 * len(titles)
    assert len(kinds()) >= 200
    assert len({kind.shelf for kind in kinds().values()}) >= 16
    assert len(set(asked)) == len(asked) >= 200
    assert unanswered == []


@pytest.mark.slow
def test_what_cannot_be_bought_is_worth_less_than_what_can() -> None:
    query = next(each for each in queries() if each.text == "面膜")
    grades = {good.is_stocked: query.grade(good) for good in goods() if good.kind == "面膜"}

    assert grades == {True: 3, False: 2}
