"""Our own crypto against published answers and against wechatpy's."""

import pytest
from wechatpy.crypto import WeChatCrypto

from bot.sandbox.errors import EnvelopeRefused
from bot.sandbox.wechat.envelope import Envelope

WECOM = Envelope(
    token="QDG6eK",
    aes_key="jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C",
    receiver="wx5823bf96d3bd56c7",
)
ACCOUNT = Envelope(
    token="pamtest",
    aes_key="abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
    receiver="wxb11529c136998cb6",
)
ECHO = "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ=="
SEALED = "jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg=="


def test_opens_the_echo_of_the_wecom_documentation() -> None:
    WECOM.verify("5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3", "1409659589", "263014780", ECHO)

    assert WECOM.open(ECHO) == b"1616140317555161061"


def test_seals_the_demo_of_the_official_account_documentation() -> None:
    sealed = ACCOUNT.seal("我是中文abcd123".encode(), random_prefix=b"aaaabbbbccccdddd")

    assert sealed == SEALED
    assert ACCOUNT.open(SEALED).decode() == "我是中文abcd123"


@pytest.mark.parametrize("text", ["", "一", "x" * 15, "x" * 16, "长" * 5000])
def test_what_we_seal_wechatpy_opens_and_the_other_way_round(text: str) -> None:
    theirs = WeChatCrypto(
        "pamtest", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "wxb11529c136998cb6"
    )
    sealed = ACCOUNT.seal(text.encode())
    signature = ACCOUNT.signature("1409659589", "263014780", sealed)

    opened = theirs.decrypt_message({"Encrypt": sealed}, signature, "1409659589", "263014780")

    assert opened == text


@pytest.mark.parametrize(
    ("sealed", "why"),
    [
        ("", "blocks"),
        ("%%%", "base64"),
        ("QUJD", "blocks"),
        (SEALED[:40] + "AAAA" + SEALED[44:], "."),
        (ECHO, "padding"),
    ],
)
def test_what_another_key_or_a_vandal_made_is_refused(sealed: str, why: str) -> None:
    with pytest.raises(EnvelopeRefused, match=why):
        ACCOUNT.open(sealed)


def test_a_message_for_another_app_is_refused() -> None:
    other = Envelope(
        token="pamtest", aes_key="abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", receiver="wxother"
    )

    with pytest.raises(EnvelopeRefused, match="app id"):
        ACCOUNT.open(other.seal(b"<xml/>"))


def test_a_wrong_signature_is_refused() -> None:
    with pytest.raises(EnvelopeRefused, match="MsgSignature"):
        ACCOUNT.verify("0" * 40, "1", "2", SEALED)
