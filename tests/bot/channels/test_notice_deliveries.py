"""What leaves as a subscription message, and what its answer does to the wallet."""

from typing import Any

import pytest

from bot.channels.notice_delivery import NO_CREDIT, NoticeDelivery
from bot.clock import FrozenClock
from bot.database import Database
from bot.notices import wallet
from bot.outcomes import Doubtful, Failed, Postponed, Sent
from tests.bot.channels.delivering import claimed, note
from tests.bot.conftest import ACCOUNT
from tests.wecom.far_end import FarEnd
from wecom.transport import AsyncWeChatClient

WHO = (ACCOUNT, "o-alice", "template-1")
OWED: dict[str, Any] = {
    "account": ACCOUNT,
    "openid": "o-alice",
    "template_id": "template-1",
    "page": "pages/order/index?order_no=1",
    "data": {"thing1": {"value": "云朵拖鞋"}},
}
PATHS = {
    "mini_program": "/cgi-bin/message/subscribe/send",
    "official_account": "/cgi-bin/message/subscribe/bizsend",
}


def delivery(client: AsyncWeChatClient, clock: FrozenClock, channel: str) -> NoticeDelivery:
    return NoticeDelivery(client, channel, "wx-mini", clock)


async def credits_after(database: Database, clock: FrozenClock, deliver: NoticeDelivery) -> int:
    """Two credits, one of them used by this message: what is left when it has been delivered."""
    await database.write(wallet.add, *WHO, clock.now())
    await note(database, deliver, claimed(OWED, kind="mini_program.notice"))
    return await database.read(wallet.count, *WHO)


@pytest.mark.parametrize(
    ("channel", "target"),
    [
        ("mini_program", {"page": OWED["page"]}),
        ("official_account", {"miniprogram": {"appid": "wx-mini", "pagepath": OWED["page"]}}),
    ],
)
async def test_each_app_sends_as_its_api_wants_it(
    wechat: FarEnd,
    wechat_client: AsyncWeChatClient,
    frozen_clock: FrozenClock,
    channel: str,
    target: dict[str, Any],
) -> None:
    outcome = await delivery(wechat_client, frozen_clock, channel).deliver(claimed(OWED))

    assert outcome == Sent()
    (call,) = wechat.calls
    assert call.path == PATHS[channel]
    assert call.content == {
        "touser": "o-alice",
        "template_id": "template-1",
        "data": OWED["data"],
        **target,
    }


async def test_no_consent_leaves_the_wallet_empty(
    wechat: FarEnd,
    wechat_client: AsyncWeChatClient,
    database: Database,
    frozen_clock: FrozenClock,
) -> None:
    wechat.answer(PATHS["mini_program"], {"errcode": 43101, "errmsg": "user refuse"})
    send = delivery(wechat_client, frozen_clock, "mini_program")

    assert await credits_after(database, frozen_clock, send) == 0
    assert await send.deliver(claimed(OWED)) == Failed(NO_CREDIT)


async def test_what_surely_was_not_sent_gives_its_credit_back(
    wechat: FarEnd,
    wechat_client: AsyncWeChatClient,
    database: Database,
    frozen_clock: FrozenClock,
) -> None:
    wechat.answer(PATHS["mini_program"], {"errcode": 47003, "errmsg": "argument invalid"})
    send = delivery(wechat_client, frozen_clock, "mini_program")

    assert await credits_after(database, frozen_clock, send) == 2


async def test_what_may_have_been_sent_keeps_its_credit_used(
    wechat: FarEnd,
    wechat_client: AsyncWeChatClient,
    database: Database,
    frozen_clock: FrozenClock,
) -> None:
    wechat.answer(PATHS["mini_program"], b"<html>502</html>", 502)
    send = delivery(wechat_client, frozen_clock, "mini_program")

    assert isinstance(await send.deliver(claimed(OWED)), Doubtful)
    assert await credits_after(database, frozen_clock, send) == 1


async def test_a_full_quota_is_waited_for(
    wechat: FarEnd, wechat_client: AsyncWeChatClient, frozen_clock: FrozenClock
) -> None:
    wechat.answer(PATHS["mini_program"], {"errcode": 45009, "errmsg": "quota"})

    send = delivery(wechat_client, frozen_clock, "mini_program")

    assert isinstance(await send.deliver(claimed(OWED)), Postponed)
