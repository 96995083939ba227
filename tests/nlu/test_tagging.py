"""Tags say where entities stand, and are read back as they were written."""

from nlu.components.tagging import spans_of, tags_of, token_features

SPANS = [(1, 3, "product"), (3, 4, "product"), (5, 6, "color")]


def test_neighbouring_entities_of_one_kind_stay_apart() -> None:
    tags = tags_of(6, SPANS)

    assert tags == ["O", "B-product", "I-product", "B-product", "O", "B-color"]
    assert [*spans_of(tags)] == SPANS


def test_a_tag_that_continues_nothing_begins_an_entity() -> None:
    assert [*spans_of(["I-brand", "I-product", "O"])] == [(0, 1, "brand"), (1, 2, "product")]


def test_a_word_is_seen_with_its_neighbours_and_the_kind_it_lies_in() -> None:
    first, last = token_features(["要", "T恤"], ["", "4"])

    assert {"0:要", "1:T恤", "1:kind:4", "-1:edge"} <= set(first)
    assert {"0:T恤", "-1:要", "0:kind:4", "1:edge", "pair:要|T恤"} <= set(last)
    assert token_features([], []) == []
