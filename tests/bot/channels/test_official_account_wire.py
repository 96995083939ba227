"""From the platform's requests to `Incoming`, and back into an envelope."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.channels.official_account_wire import OfficialAccountWire
from bot.channels.passive_reply import render_text
from bot.messages import Kind
from tests.bot.channels.platform_side import NOW, PlatformSide, event, message
from tests.bot.channels.samples import SAMPLES
from wecom.callback import BadRequest, Forbidden
from wecom.xml import read_xml

PLATFORM = PlatformSide()
WIRE = PLATFORM.our_wire
HELLO = message("text", "<Content><![CDATA[在吗]]></Content><MsgId>42</MsgId>")


# The address check.


def address_check(**changed: str) -> dict[str, str]:
    timestamp = str(int(NOW.timestamp()))
    query = {
        "timestamp": timestamp,
        "nonce": "n1",
        "signature": PLATFORM.sign(timestamp, "n1"),
        "echostr": "5837397520665436492",
    }
    return query | changed


def test_the_address_check_is_answered_with_its_echo() -> None:
    assert WIRE.verify_url(address_check(), now=NOW) == "5837397520665436492"


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"signature": "0" * 40}, Forbidden),
        ({"nonce": "n2"}, Forbidden),
        ({"echostr": "<script>alert(1)</script>"}, BadRequest),
        ({"echostr": "x" * 300}, BadRequest),
        ({"signature": "x"}, BadRequest),
        ({"timestamp": "١٧٩٤٣٩٨٤٠٠"}, BadRequest),
    ],
)
def test_a_wrong_address_check_is_refused(changed: dict[str, str], error: type[Exception]) -> None:
    with pytest.raises(error):
        WIRE.verify_url(address_check(**changed), now=NOW)


def test_an_old_address_check_is_refused() -> None:
    with pytest.raises(Forbidden, match="time_window"):
        WIRE.verify_url(address_check(), now=NOW + timedelta(minutes=11))


# Messages in.


@pytest.mark.parametrize(("name", "xml", "kind", "text"), SAMPLES, ids=[s[0] for s in SAMPLES])
def test_every_documented_message_is_understood(name: str, xml: str, kind: Kind, text: str) -> None:
    query, body = PLATFORM.deliver(xml)

    incoming = WIRE.read_incoming(query, body, now=NOW)

    assert (incoming.kind, incoming.text) == (kind, text)
    assert incoming.external_user == "oUser"
    assert incoming.account == PLATFORM.app_id
    assert incoming.channel == "official_account"
    assert incoming.sent_at == datetime.fromtimestamp(1794398400, UTC)
    assert incoming.payload == read_xml(xml)


def test_a_text_keeps_its_spaces_and_line_ends() -> None:
    query, body = PLATFORM.deliver(message("text", "<Content><![CDATA[  你\n好  ]]></Content>"))

    assert WIRE.read_incoming(query, body, now=NOW).text == "  你\n好  "


def test_words_that_look_like_a_doctype_are_only_words() -> None:
    said = "<!DOCTYPE html> 和 <!ENTITY 是什么"
    query, body = PLATFORM.deliver(message("text", f"<Content><![CDATA[{said}]]></Content>"))

    assert WIRE.read_incoming(query, body, now=NOW).text == said


def test_one_template_and_two_have_the_same_shape() -> None:
    lists = [
        WIRE.read_incoming(*PLATFORM.deliver(xml), now=NOW).payload
        for name, xml, _, _ in SAMPLES
        if name in {"subscription asked", "subscription changed"}
    ]

    assert [len(next(v for v in p.values() if isinstance(v, dict))["List"]) for p in lists] == [
        1,
        2,
    ]


# Keys.


def key_of(xml: str, wire: OfficialAccountWire = WIRE, platform: PlatformSide = PLATFORM) -> str:
    return wire.read_incoming(*platform.deliver(xml), now=NOW).key


def test_every_delivery_of_a_message_has_the_same_key() -> None:
    followed = event("subscribe")

    assert key_of(HELLO) == key_of(HELLO)
    assert key_of(followed) == key_of(followed)


def test_different_messages_have_different_keys() -> None:
    text = "<Content>在吗</Content>"
    other_account = PlatformSide(app_id="wxother")
    keys = [
        key_of(HELLO),
        key_of(message("text", f"{text}<MsgId>43</MsgId>")),
        key_of(message("text", f"{text}<MsgId>42</MsgId>", sender="oOther")),
        key_of(HELLO, other_account.our_wire, other_account),
        key_of(event("subscribe")),
        key_of(event("unsubscribe")),
        key_of(event("SCAN", "<EventKey>a</EventKey>")),
        key_of(event("SCAN", "<EventKey>b</EventKey>")),
        key_of(message("text", text)),
        key_of(message("text", "<Content>好</Content>")),
    ]

    assert len(set(keys)) == len(keys)


# Refusals.


def test_a_plain_message_with_a_valid_query_signature_is_forbidden() -> None:
    query, _ = PLATFORM.deliver(HELLO)

    with pytest.raises(Forbidden, match="not_encrypted"):
        WIRE.read_incoming(query, HELLO.encode(), now=NOW)
    del query["msg_signature"], query["encrypt_type"]
    with pytest.raises(Forbidden, match="not_signed"):
        WIRE.read_incoming(query, HELLO.encode(), now=NOW)


def test_plain_fields_beside_the_encrypted_ones_are_ignored() -> None:
    query, body = PLATFORM.deliver(HELLO)
    mixed = body.replace(b"</xml>", b"<Content>forged</Content><MsgType>text</MsgType></xml>")

    incoming = WIRE.read_incoming(query, mixed, now=NOW)

    assert incoming.text == "在吗"
    assert "forged" not in str(incoming.payload)


def test_the_plain_mode_is_forbidden() -> None:
    query, body = PLATFORM.deliver(HELLO)

    with pytest.raises(Forbidden, match="not_encrypted"):
        WIRE.read_incoming(query | {"encrypt_type": "raw"}, body, now=NOW)


@pytest.mark.parametrize("minutes", [-11, 11, 60 * 24 * 365])
def test_a_request_outside_the_time_window_is_forbidden(minutes: int) -> None:
    query, body = PLATFORM.deliver(HELLO)

    with pytest.raises(Forbidden, match="time_window"):
        WIRE.read_incoming(query, body, now=NOW + timedelta(minutes=minutes))


@pytest.mark.parametrize("minutes", [-9.9, 9.9])
def test_a_clock_that_is_a_little_off_is_forgiven(minutes: float) -> None:
    query, body = PLATFORM.deliver(HELLO)

    assert WIRE.read_incoming(query, body, now=NOW + timedelta(minutes=minutes)).text == "在吗"


def test_an_envelope_for_another_account_is_forbidden() -> None:
    encrypted = PLATFORM.encrypt(HELLO.encode(), app_id="wxsomebodyelse")

    with pytest.raises(Forbidden, match="wrong_account"):
        WIRE.read_incoming(*PLATFORM.deliver_encrypted(encrypted), now=NOW)


def test_an_envelope_with_another_token_is_forbidden() -> None:
    stranger = PlatformSide(token="another-token-of-the-same-length")

    with pytest.raises(Forbidden, match="signature"):
        WIRE.read_incoming(*stranger.deliver(HELLO), now=NOW)


@pytest.mark.parametrize(
    "xml",
    [
        message("text", "<Content>a</Content><Content>b</Content>"),
        message("text").replace("<FromUserName><![CDATA[oUser]]></FromUserName>", ""),
        message("text").replace("1794398400", "yesterday"),
        message("text").replace("<MsgType><![CDATA[text]]></MsgType>", ""),
        message("text", sender="o\nUser"),
        "<xml/>",
        "not xml",
        "{}",
    ],
)
def test_a_signed_message_that_is_none_is_a_bad_request(xml: str) -> None:
    with pytest.raises(BadRequest):
        WIRE.read_incoming(*PLATFORM.deliver(xml), now=NOW)


@pytest.mark.parametrize(
    ("token", "aes_key"),
    [
        ("", PLATFORM.aes_key),
        ("t", ""),
        ("t", "short"),
        ("t", "!" * 43),
        ("t", PLATFORM.aes_key + "A"),
    ],
)
def test_unusable_keys_are_refused_at_the_start(token: str, aes_key: str) -> None:
    with pytest.raises(ValueError, match=r"token|EncodingAESKey"):
        OfficialAccountWire(token=token, aes_key=aes_key, app_id="wx1")


def test_neither_keys_nor_messages_show_in_representations() -> None:
    envelope = WIRE.open_envelope(*PLATFORM.deliver(HELLO), now=NOW)

    assert "在吗" not in repr(envelope)
    assert PLATFORM.token not in repr(WIRE._keys)
    assert PLATFORM.aes_key not in repr(WIRE._keys)


# Replies out.


def test_the_platform_can_open_and_trust_a_sealed_reply() -> None:
    incoming = WIRE.read_incoming(*PLATFORM.deliver(HELLO), now=NOW)
    xml = render_text(incoming, "在的,您想看点什么?", now=NOW)

    sealed = read_xml(WIRE.seal_reply(xml, nonce="n7", timestamp="1794398401"))

    encrypted = str(sealed["Encrypt"])
    assert sealed["MsgSignature"] == PLATFORM.sign("1794398401", "n7", encrypted)
    assert (sealed["TimeStamp"], sealed["Nonce"]) == ("1794398401", "n7")
    assert PLATFORM.decrypt(encrypted) == (xml, PLATFORM.app_id)


def test_the_same_reply_never_looks_the_same_twice() -> None:
    assert WIRE.seal_reply("<xml/>", nonce="n", timestamp="1") != WIRE.seal_reply(
        "<xml/>", nonce="n", timestamp="1"
    )
