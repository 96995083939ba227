"""The neutral vocabulary survives being stored, and can be read by people."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.messages import (
    Card,
    Choices,
    Picture,
    Reply,
    Text,
    reply_as_words,
    reply_from_json,
    reply_to_json,
)

words = st.text(max_size=30)
replies: st.SearchStrategy[Reply] = st.one_of(
    st.builds(Text, words),
    st.builds(Choices, words, st.lists(words, max_size=4).map(tuple), words),
    st.builds(Card, words, words, words),
    st.builds(Picture, words),
)


@given(replies)
def test_a_reply_comes_back_from_its_json_as_it_was(reply: Reply) -> None:
    assert reply_from_json(json.loads(json.dumps(reply_to_json(reply)))) == reply


def test_a_reply_of_an_unknown_type_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown reply type 'hologram'"):
        reply_from_json({"type": "hologram"})


@pytest.mark.parametrize(
    ("reply", "shown"),
    [
        (Text("您好"), "您好"),
        (Choices("您要？", ("找商品", "转人工"), "点一个"), "您要？\n· 找商品\n· 转人工\n点一个"),
        (Choices("您要？", ("找商品",)), "您要？\n· 找商品"),
        (Card("云朵拖鞋", "pages/x", "a.png"), "[小程序] 云朵拖鞋"),
        (Picture("a.png"), "[图片]"),
    ],
)
def test_people_read_a_reply_as_words(reply: Reply, shown: str) -> None:
    assert reply_as_words(reply) == shown
