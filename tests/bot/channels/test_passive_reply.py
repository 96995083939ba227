"""The replies that ride in the answer to a callback."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.passive_reply import (
    render_image,
    render_text,
)
from bot.messages import Incoming
from wecom.xml import cut, printable, read_xml

NOW = datetime(2026, 11, 11, 12, 0, tzinfo=UTC)
INCOMING = Incoming(
    key="k",
    channel="official_account",
    account="wx1",
    external_user="oUser",
    kind="text",
    text="在吗",
    sent_at=NOW,
    payload={"ToUserName": "gh_shop"},
)


@pytest.mark.parametrize(
    ("xml", "message_type", "content"),
    [
        (render_text(INCOMING, "您好", now=NOW), "text", {"Content": "您好"}),
        (render_image(INCOMING, "m1", now=NOW), "image", {"Image": {"MediaId": "m1"}}),
    ],
)
def test_a_reply_has_the_documented_form_and_goes_back_to_the_sender(
    xml: str, message_type: str, content: dict[str, Any]
) -> None:
    assert read_xml(xml) == {
        "ToUserName": "oUser",
        "FromUserName": "gh_shop",
        "CreateTime": "1794398400",
        "MsgType": message_type,
        **content,
    }


@given(st.text(max_size=900))
def test_a_text_reply_says_what_it_was_given_and_nothing_else(text: str) -> None:
    fields = read_xml(render_text(INCOMING, text, now=NOW))

    assert fields["Content"] == cut(printable(text), 2048)
    assert set(fields) == {"ToUserName", "FromUserName", "CreateTime", "MsgType", "Content"}


def test_a_long_text_is_cut_between_characters() -> None:
    content = read_xml(render_text(INCOMING, "价" * 1000, now=NOW))["Content"]

    assert content == "价" * 682
