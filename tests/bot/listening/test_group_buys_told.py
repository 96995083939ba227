"""Every member of a group hears of each step, once, and the money follows by itself."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import Session, select

from bot.clock import FrozenClock
from bot.group_rounds import GroupRounds
from bot.handlers.group_buy_news_words import PAID
from bot.listeners import Listeners
from bot.messages import Incoming
from bot.tables import Conversation, OutboxMessage
from commerce.deals.choices import Overflow
from commerce.group_buys.tables import BuyingGroup, GroupActivity, MemberState
from commerce.ordering.tables import Order
from tests.bot.counter import Counter
from tests.bot.listening.hearing import hear_all
from tests.commerce.group_buys.grouping import (
    group_of,
    member_of,
    order_in,
    pay_for,
    send_refunds,
    start_activity,
)

type Make = Callable[..., Incoming]


class Party:
    """People in chats who buy together."""

    def __init__(
        self, chat: Counter, listeners: Listeners, message: Make, clock: FrozenClock
    ) -> None:
        self.chat, self.listeners, self.message, self.clock = chat, listeners, message, clock
        self.rounds = GroupRounds(chat.database, clock)
        self.talks: list[tuple[int, int]] = []

    async def comes(self, people: int) -> None:
        for number in range(people):
            new = self.message("闷着", sent_at=self.clock.now(), openid=f"o-{number}")
            accepted = await self.chat.hear(new)
            self.talks.append((accepted.conversation_id, number))
        self.customers = await self.chat.database.read(self._customers)

    def starts(self, **terms: Any) -> GroupActivity:
        with self.chat.database.writing() as session:
            return start_activity(session, **terms)

    def buys(
        self,
        who: int,
        activity: GroupActivity,
        group: BuyingGroup | None = None,
        overflow: Overflow = Overflow.REFUND,
    ) -> Order:
        with self.chat.database.writing() as session:
            return order_in(
                session, activity, group, customer_id=self.customers[who], overflow=overflow
            )

    def pays(self, order: Order) -> BuyingGroup:
        with self.chat.database.writing() as session:
            pay_for(session, session.get_one(Order, order.id), self.clock.now())
            return group_of(session, order)

    async def told(self, who: int) -> list[str]:
        """What that person was told since they were last asked after."""
        await hear_all(self.chat, self.listeners)
        await hear_all(self.chat, self.listeners)
        rows = await self.chat.outbox()
        ids = await self.chat.database.read(
            lambda session: list(
                session.exec(
                    select(OutboxMessage.conversation_id)
                    .where(OutboxMessage.kind == "official_account.reply")
                    .order_by(OutboxMessage.id)  # type: ignore[arg-type]
                )
            )
        )
        mine = self.talks[who][0]
        payloads = [payload for (_, payload), talk in zip(rows, ids, strict=True) if talk == mine]
        return [payload.get("content") or payload["title"] for payload in payloads]

    def _customers(self, session: Session) -> list[int]:
        return [session.get_one(Conversation, talk).customer_id or 0 for talk, _ in self.talks]


@pytest.fixture
async def party(chat: Counter, listeners: Listeners, message: Make, clock: FrozenClock) -> Party:
    gathered = Party(chat, listeners, message, clock)
    await gathered.comes(3)
    return gathered


async def test_opening_joining_and_success_are_one_message_to_each_member(party: Party) -> None:
    activity = party.starts(prices={2: 3000, 3: 2500})
    group = party.pays(party.buys(0, activity))
    paid, card = await party.told(0)
    assert paid.startswith("支付成功")
    assert card.endswith("还差1人 剩1小时")
    party.pays(party.buys(1, activity, group))
    leader, joiner = await party.told(0), await party.told(1)
    assert len(leader) == 3
    assert "还差1人到¥25" in leader[-1]
    assert joiner[-1] == leader[-1]

    last = party.buys(2, activity, group)
    party.pays(last)

    for who in range(3):
        told = await party.told(who)
        assert any("拼团成功" in words and "3人付款" in words for words in told)
        assert told[-2].endswith("已成团")  # The card, with who is in it.
        assert "差价 ¥5" in told[-1]
        assert "补齐" not in "".join(told)
        assert sum("原路退回，到账后告诉您" in words for words in told) == 1


async def test_failure_gives_everybody_their_money_back_and_says_so_once(
    party: Party, clock: FrozenClock
) -> None:
    activity = party.starts(prices={3: 3000})
    first = party.buys(0, activity)
    group = party.pays(first)
    party.pays(party.buys(1, activity, group))

    clock.advance(minutes=59, seconds=59)
    await party.rounds.end_due()
    assert not any("没有成团" in words for words in await party.told(0))
    clock.advance(seconds=1)
    await party.rounds.end_due()
    await party.rounds.end_due()

    for who in range(2):
        told = await party.told(who)
        assert sum("付款的只有2人，没有成团" in words for words in told) == 1
        assert sum(words.endswith("已结束") for words in told) == 1
        assert sum("¥30 已经请微信支付全额原路退回" in words for words in told) == 1
    with party.chat.database.writing() as session:
        send_refunds(session, clock.now())
    assert "¥30已原路退回" in (await party.told(0))[-1]
    with party.chat.database.writing() as session:
        assert member_of(session, first).state == MemberState.REFUNDED


async def test_a_group_that_the_shop_completed_says_so(party: Party, clock: FrozenClock) -> None:
    activity = party.starts(prices={3: 3000}, virtual=60)
    group = party.pays(party.buys(0, activity))
    party.pays(party.buys(1, activity, group))

    clock.advance(hours=1)
    await party.rounds.end_due()

    for who in range(2):
        told, card = (await party.told(who))[-2:]
        assert "2人付款" in told
        assert "差1人，由商家补齐名额成团" in told
        assert card.endswith("已成团")


async def test_one_payer_too_many_hears_what_became_of_their_choice(party: Party) -> None:
    activity = party.starts(prices={2: 3000})
    group = party.pays(party.buys(0, activity))
    last = party.buys(1, activity, group)
    late = party.buys(2, activity, group, Overflow.NEW_GROUP)
    party.pays(last)

    party.pays(late)

    assert "您是团长：还差1人" in (await party.told(2))[-1]


async def test_one_payer_too_many_who_wants_it_back_hears_that_it_comes(party: Party) -> None:
    activity = party.starts(prices={2: 3000})
    group = party.pays(party.buys(0, activity))
    last, late = party.buys(1, activity, group), party.buys(2, activity, group)
    party.pays(last)

    party.pays(late)

    paid, *told = await party.told(2)
    assert paid == PAID.format(order_no=late.order_no, amount="¥30")
    assert len(told) == 1
    assert "已经没有位置了" in told[0]
