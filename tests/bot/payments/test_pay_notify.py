"""Only WeChat Pay's own, fresh and unchanged notices are believed."""

import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from multidict import CIMultiDict

from bot.payments.notify import BODY_LIMIT, BadNotify, NotifyVerifier, Reason
from bot.payments.records import Payment, Refund
from tests.bot.payments.pay_platform import MCH_ID, PayPlatform, paid, refunded

NOW = datetime(2026, 11, 11, 12, 0, tzinfo=UTC)


def reason_for(
    platform: PayPlatform, headers: dict[str, str], body: bytes, now: datetime = NOW
) -> Reason:
    verifier = NotifyVerifier(platform.merchant)
    with pytest.raises(BadNotify) as caught:
        verifier.verify(CIMultiDict(headers), body, now=now)
    return caught.value.reason


def refund_notice(**changed: Any) -> dict[str, Any]:
    resource = refunded(refund_status="SUCCESS", mchid=MCH_ID, **changed)
    del resource["status"]
    return resource


# Genuine ones.


def test_a_payment_is_believed(platform: PayPlatform) -> None:
    headers, body = platform.notify(paid(), at=NOW)

    notice = NotifyVerifier(platform.merchant).verify(CIMultiDict(headers), body, now=NOW)

    assert (notice.id, notice.event_type) == ("EV-2018022511223320873", "TRANSACTION.SUCCESS")
    assert notice.content == Payment(
        mch_id=MCH_ID,
        app_id=platform.merchant.app_id,
        out_trade_no="ZG20261111000001",
        state="SUCCESS",
        total=19900,
        transaction_id="4200001234202611110000000001",
        payer_openid="oUser",
        paid_at=NOW,
    )


@pytest.mark.parametrize("state", ["SUCCESS", "ABNORMAL", "CLOSED"])
def test_a_refund_is_believed(platform: PayPlatform, state: str) -> None:
    resource = refund_notice(success_time="2026-11-11T20:06:00+08:00")
    resource["refund_status"] = state
    headers, body = platform.notify(resource, at=NOW, event_type=f"REFUND.{state}")

    notice = NotifyVerifier(platform.merchant).verify(headers, body, now=NOW)

    assert isinstance(notice.content, Refund)
    assert (notice.content.state, notice.content.refund) == (state, 9900)


def test_header_names_may_come_in_any_case(platform: PayPlatform) -> None:
    headers, body = platform.notify(paid(), at=NOW)
    lower = CIMultiDict({name.lower(): value for name, value in headers.items()})

    assert NotifyVerifier(platform.merchant).verify(lower, body, now=NOW).id


# Others.


def test_a_notice_signed_with_another_key_is_forged(
    platform: PayPlatform, stranger: PayPlatform
) -> None:
    headers, body = stranger.notify(paid(), at=NOW)

    assert reason_for(platform, headers, body) == "signature"


@pytest.mark.parametrize("serial", ["5157F09EFDC096DE15EBE81A47057A72", "", "junk \udcff", None])
def test_another_serial_is_refused_before_anything_else_is_looked_at(
    platform: PayPlatform, serial: str | None
) -> None:
    headers, body = platform.notify(paid(), at=NOW)
    headers = {"Wechatpay-Signature": "not even base64"}
    if serial is not None:
        headers["Wechatpay-Serial"] = serial

    assert reason_for(platform, headers, body) == "unknown_serial"


@pytest.mark.parametrize("minutes", [-5.1, 5.1, 60 * 24 * 365])
def test_a_notice_replayed_after_five_minutes_is_refused(
    platform: PayPlatform, minutes: float
) -> None:
    headers, body = platform.notify(paid(), at=NOW)

    assert reason_for(platform, headers, body, NOW + timedelta(minutes=minutes)) == "time_window"


@pytest.mark.parametrize("minutes", [-4.9, 4.9])
def test_a_clock_that_is_a_little_off_is_forgiven(platform: PayPlatform, minutes: float) -> None:
    headers, body = platform.notify(paid(), at=NOW)
    now = NOW + timedelta(minutes=minutes)

    assert NotifyVerifier(platform.merchant).verify(headers, body, now=now).id


def test_another_spelling_of_the_signature_is_refused(platform: PayPlatform) -> None:
    """The last letter before `==` has four bits that base64 decoders ignore."""
    headers, body = platform.notify(paid(), at=NOW)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    signature = headers["Wechatpay-Signature"]
    last = letters.index(signature[-3])
    headers["Wechatpay-Signature"] = f"{signature[:-3]}{letters[last | 1]}=="

    assert reason_for(platform, headers, body) == "signature"


def test_a_replay_with_a_new_time_is_refused(platform: PayPlatform) -> None:
    headers, body = platform.notify(paid(), at=NOW - timedelta(hours=1))
    headers["Wechatpay-Timestamp"] = str(int(NOW.timestamp()))

    assert reason_for(platform, headers, body) == "signature"


def test_wechat_pays_own_probe_is_refused_and_recognised(platform: PayPlatform) -> None:
    headers, body = platform.notify(paid(), at=NOW)
    headers["Wechatpay-Signature"] = "WECHATPAY/SIGNTEST/" + headers["Wechatpay-Signature"]

    assert reason_for(platform, headers, body) == "probe"


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("Wechatpay-Signature-Type", "WECHATPAY2-SM2-WITH-SM3", "signature_type"),
        ("Wechatpay-Timestamp", "", "timestamp"),
        ("Wechatpay-Timestamp", "1794398400.5", "timestamp"),
        ("Wechatpay-Timestamp", "9" * 30, "timestamp"),
        ("Wechatpay-Timestamp", "١٧٩٤٣٩٨٤٠٠", "timestamp"),
        ("Wechatpay-Signature", "", "signature"),
        ("Wechatpay-Signature", "ünicode", "signature"),
        ("Wechatpay-Nonce", "other", "signature"),
        ("Wechatpay-Nonce", "\udcff", "signature"),
    ],
)
def test_a_changed_header_is_refused(
    platform: PayPlatform, name: str, value: str, reason: Reason
) -> None:
    headers, body = platform.notify(paid(), at=NOW)
    headers[name] = value

    assert reason_for(platform, headers, body) == reason


def test_a_notice_encrypted_with_another_key_is_refused(platform: PayPlatform) -> None:
    headers, body = platform.notify(paid(), at=NOW, key="another-key-of-thirty-two-bytes!")

    assert reason_for(platform, headers, body) == "decryption"


@pytest.mark.parametrize(
    "resource",
    [
        paid(amount={"total": "19900", "currency": "CNY"}),
        paid(amount={"total": 19900.0, "currency": "CNY"}),
        paid(amount={"total": True, "currency": "CNY"}),
        paid(amount={"total": -1, "currency": "CNY"}),
        paid(amount={"total": 19900, "currency": "USD"}),
        paid(transaction_id=None),
        paid(payer={}),
        paid(success_time="yesterday"),
        paid(trade_state="GREAT"),
        paid(out_trade_no=""),
        {},
        [],
        b"not json",
        b"\xff\xfe",
        b"[" * 10_000,
    ],
)
def test_a_resource_that_does_not_add_up_is_refused(platform: PayPlatform, resource: Any) -> None:
    headers, body = platform.notify(resource, at=NOW)

    assert reason_for(platform, headers, body) == "resource"


def test_a_notice_for_another_merchant_is_refused(platform: PayPlatform) -> None:
    payment = platform.notify(paid(mchid="1900000002"), at=NOW)
    refund = platform.notify(
        {**refund_notice(), "mchid": "1900000002"}, at=NOW, event_type="REFUND.SUCCESS"
    )

    assert reason_for(platform, *payment) == "wrong_merchant"
    assert reason_for(platform, *refund) == "wrong_merchant"


@pytest.mark.parametrize(
    "changed",
    [
        {"id": ""},
        {"id": 7},
        {"event_type": "PAYSCORE.USER_PAID"},
        {"resource_type": "plain"},
        {"resource": {}},
        {"resource": "x"},
        {"resource": {"algorithm": "AEAD_SM4_GCM", "ciphertext": "", "nonce": ""}},
    ],
)
def test_a_signed_body_of_another_form_is_refused(
    platform: PayPlatform, changed: dict[str, Any]
) -> None:
    _, body = platform.notify(paid(), at=NOW)
    other = json.dumps(json.loads(body) | changed).encode()

    headers = platform.sign(other, timestamp=int(NOW.timestamp()))
    assert reason_for(platform, headers, other) == "body"


@pytest.mark.parametrize("nonce", ["", "n", "n" * 500])
def test_a_nonce_of_any_length_is_survived(platform: PayPlatform, nonce: str) -> None:
    _, body = platform.notify(paid(), at=NOW)
    content = json.loads(body)
    content["resource"]["nonce"] = nonce
    other = json.dumps(content).encode()

    headers = platform.sign(other, timestamp=int(NOW.timestamp()))
    assert reason_for(platform, headers, other) == "decryption"


def test_an_endless_body_is_refused_unread(platform: PayPlatform) -> None:
    headers, _ = platform.notify(paid(), at=NOW)

    assert reason_for(platform, headers, b" " * (BODY_LIMIT + 1)) == "too_large"


def test_a_thousand_changed_notices_are_all_refused(platform: PayPlatform) -> None:
    verifier = NotifyVerifier(platform.merchant)
    headers, body = platform.notify(paid(), at=NOW)
    chance = random.Random(20261111)
    accepted = 0
    for _ in range(1000):
        changed_headers, changed = dict(headers), bytearray(body)
        if chance.random() < 0.3:
            name = chance.choice(list(headers))
            value = list(headers[name])
            position = chance.randrange(len(value))
            value[position] = chr((ord(value[position]) + chance.randrange(1, 128)) % 128)
            changed_headers[name] = "".join(value)
        else:
            position = chance.randrange(len(changed))
            changed[position] ^= chance.randrange(1, 256)
        try:
            verifier.verify(changed_headers, bytes(changed), now=NOW)
            accepted += 1
        except BadNotify:
            continue

    assert accepted == 0


HEADER_NAMES = st.sampled_from(
    ["Wechatpay-Serial", "Wechatpay-Timestamp", "Wechatpay-Nonce", "Wechatpay-Signature", "X"]
)


@given(
    headers=st.dictionaries(HEADER_NAMES, st.text(max_size=20), max_size=5),
    body=st.binary(max_size=100),
    is_ours=st.booleans(),
)
@settings(deadline=None, max_examples=200, database=None)
def test_any_garbage_is_refused_and_nothing_else(
    pay_platform: PayPlatform, headers: dict[str, str], body: bytes, is_ours: bool
) -> None:
    if is_ours:
        headers = headers | pay_platform.sign(body, timestamp=int(NOW.timestamp()))
    with pytest.raises(BadNotify):
        NotifyVerifier(pay_platform.merchant).verify(headers, body, now=NOW)
