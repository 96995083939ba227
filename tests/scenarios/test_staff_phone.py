"""Somebody of the shop takes a customer over from the phone: by a card, in WeCom's own client."""

import pytest

from tests.fixtures.kf_customer import KfCustomer
from tests.fixtures.processes import until
from tests.fixtures.stage import Stage

pytestmark = pytest.mark.slow

LIN = "LinZhiXia"
SPOKEN = "SELECT count(*) FROM outbox WHERE state = 'sent' AND kind = 'wecom.reply'"


async def cards(stage: Stage) -> list[dict[str, object]]:
    """The cards on Lin's phone."""
    found: list[dict[str, object]] = (await stage.control("GET", f"/wecom/staff/{LIN}/cards"))[
        "cards"
    ]
    return found


async def test_a_tap_on_the_card_brings_the_customer_to_the_phone_and_the_end_brings_the_bot_back(
    stage: Stage,
) -> None:
    stage.write(
        "INSERT INTO staff (row_key, login, name, role, wecom_userid, password_hash, totp_counter,"
        " is_active, presence, capacity, created_at) VALUES ('k1', 'lin', '林知夏', 'agent',"
        " ?, '', 0, 1, 'away', 5, '2026-01-01')",
        LIN,
    )
    await until(lambda: stage.value("SELECT count(*) FROM kf_servicer"), what="who takes customers")
    customer = await KfCustomer.comes(stage)
    await customer.hears()
    await customer.says("转人工")
    await customer.hears()

    async def has_card() -> bool:
        return bool(await cards(stage))

    await until(has_card, within=20, what="a card on the phone")
    (card,) = await cards(stage)
    await stage.control(
        "POST", f"/wecom/staff/{LIN}/taps", {"card_id": card["card_id"], "key": "接入"}
    )

    async def says_taken() -> bool:
        return (await cards(stage))[0]["replaced"] == "已接入"

    await until(says_taken, within=10, what="the card to say 已接入")
    await until(
        lambda: stage.value("SELECT owner FROM conversation") == "staff:1", what="the takeover"
    )

    async def in_wecom() -> dict[str, object] | None:
        sessions = (await stage.control("GET", "/wecom/state"))["sessions"]
        return next((each for each in sessions if each["state"] == 3), None)

    await until(in_wecom, within=15, what="the session to be the servicer's")
    session = await in_wecom()
    assert session is not None
    answer = {"session_id": session["session_id"], "content": "您好，我是林知夏"}
    await stage.control("POST", f"/wecom/staff/{LIN}/answer", answer)
    await customer.says("我的杯子漏水")
    await stage.control("POST", f"/wecom/staff/{LIN}/end", {"session_id": session["session_id"]})
    await until(
        lambda: stage.value("SELECT owner FROM conversation") == "bot", within=20, what="the bot"
    )

    counters = await stage.counters()
    assert counters.get("errors:kf/send_msg:95018", 0) == 0
    spoken = stage.value(
        "SELECT count(*) FROM outbox WHERE state = 'sent' AND kind = 'wecom.reply'"
    )
    await customer.says("有保温杯吗")
    await until(
        lambda: (
            stage.value("SELECT count(*) FROM outbox WHERE state = 'sent' AND kind = 'wecom.reply'")
            > spoken
        ),
        within=20,
        what="the bot to answer again",
    )
