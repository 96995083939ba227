"""Reading WeChat's XML safely, and writing what cannot be broken out of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wecom.xml import (
    CHILD_LIMIT,
    DEPTH_LIMIT,
    BadXml,
    cdata,
    cut,
    harmless,
    printable,
    read_xml,
)


def nested(depth: int) -> str:
    """Elements below the root."""
    return "<xml>" + "<a>" * depth + "x" + "</a>" * depth + "</xml>"


def test_elements_become_text_dicts_and_lists() -> None:
    xml = "<xml><A>1</A><B><C> 2 </C><D/></B><List><E>3</E></List><F>4</F><F>5</F></xml>"

    assert read_xml(xml) == {
        "A": "1",
        "B": {"C": " 2 ", "D": ""},
        "List": [{"E": "3"}],
        "F": ["4", "5"],
    }


def test_the_deepest_message_of_wechat_is_just_deep_enough() -> None:
    assert read_xml(nested(DEPTH_LIMIT - 1))
    with pytest.raises(BadXml, match="too_deep"):
        read_xml(nested(DEPTH_LIMIT))


def test_too_many_siblings_are_refused() -> None:
    assert read_xml(f"<xml>{'<a/>' * CHILD_LIMIT}</xml>")
    with pytest.raises(BadXml, match="too_many_elements"):
        read_xml(f"<xml>{'<a/>' * (CHILD_LIMIT + 1)}</xml>")


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b'<!DOCTYPE xml SYSTEM "x.dtd"><xml/>', "doctype"),
        (b'<!DOCTYPE xml [<!ENTITY a "b">]><xml>&a;</xml>', "doctype"),
        (b"<xml><!ENTITY a 'b'></xml>", "not_xml"),
        (b"<xml>&a;</xml>", "not_xml"),
        (b"\xff\xfe<\x00x\x00m\x00l\x00/\x00>\x00", "not_utf8"),
        (b"<xml>\xc3\x28</xml>", "not_utf8"),
        ("<xml>\ud800</xml>", "not_utf8"),
        (b"<html/>", "wrong_root"),
        (b"<xml>words</xml>", "wrong_root"),
        (b"<List/>", "wrong_root"),
        (b"", "not_xml"),
    ],
)
def test_what_is_no_message_is_refused(raw: bytes | str, reason: str) -> None:
    with pytest.raises(BadXml, match=reason):
        read_xml(raw)


def test_an_encoding_of_the_senders_choice_is_not_followed() -> None:
    # In UTF-7 the text would contain an element.
    xml = b'<?xml version="1.0" encoding="utf-7"?><xml><A>+ADw-B/+AD4-</A></xml>'

    assert read_xml(xml) == {"A": "+ADw-B/+AD4-"}


@given(st.text())
def test_written_text_reads_back_as_it_was_meant(text: str) -> None:
    assert read_xml(f"<xml><A>{cdata(text)}</A></xml>") == {"A": printable(text)}


@pytest.mark.parametrize("text", ["]]>", "]]]]>>", "a]]></A><B>evil</B><A>", "<![CDATA[x]]>"])
def test_text_cannot_leave_its_section(text: str) -> None:
    assert read_xml(f"<xml><A>{cdata(text)}</A></xml>") == {"A": text}


@given(st.text(), st.integers(0, 60))
def test_a_cut_text_fits_and_is_the_longest_beginning_that_does(text: str, limit: int) -> None:
    text = printable(text)

    kept = cut(text, limit)

    assert text.startswith(kept)
    assert len(kept.encode()) <= limit
    assert kept == text or len(text[: len(kept) + 1].encode()) > limit


@given(st.text(st.sampled_from("<a />:weixn.WwWhtp\u202e\x00中")))
def test_repeated_words_hold_nothing_to_tap(text: str) -> None:
    repeated = harmless(text)

    assert "<" not in repeated
    assert "://" not in repeated
    assert "www." not in repeated.lower()
    assert "\u202e" not in repeated


@pytest.mark.parametrize(
    ("said", "repeated"),
    [
        ('<a href="http://x">领奖</a>', '＜a href="http：//x">领奖＜/a>'),
        ("weixin://bizmsgmenu?msgmenuid=1", "weixin：//bizmsgmenu?msgmenuid=1"),
        ("看 WWW.evil.com", "看 WWW．evil.com"),
        ("a\r\nb\x07", "a\nb"),
        ("红色 L 码,200 块以内", "红色 L 码,200 块以内"),
    ],
)
def test_what_a_customer_wrote_stays_readable(said: str, repeated: str) -> None:
    assert harmless(said) == repeated
