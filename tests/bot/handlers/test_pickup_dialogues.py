"""Fetching at a store in the chat: where, with which code, and when."""

import re
from typing import Any

import pytest
from sqlmodel import Session, select

from bot.messages import Choices
from commerce.catalogue.tables import Variant
from commerce.inserting import id_of
from commerce.ordering.lines import WantedLine
from commerce.ordering.orders import get_order
from commerce.ordering.placing import place_order
from commerce.ordering.settlement import settle
from commerce.ordering.tables import OrderState
from commerce.pickup.codes import Redeemed, Redemption, redeem
from commerce.pickup.slots import booked_times
from tests.bot.handlers.buying import LIPSTICK, has_bought, has_paid, later, state_of
from tests.bot.handlers.conftest import OpenChat
from tests.bot.handlers.conversation import Chat
from tests.bot.handlers.script import line, play
from tests.commerce.pickup.stores import open_store
from tests.commerce.shop import ADDRESS, HOLD

CODE = re.compile(r"取货码：(\d{8})")


async def shop_opens(chat: Chat, name: str = "文三路店", **changes: Any) -> int:
    """A store where orders are fetched."""
    await chat.says("你好")
    return await chat.database.write(lambda session: open_store(session, name, **changes))


async def orders_to_fetch(chat: Chat, store_id: int) -> str:
    """The number of a new order that the customer will fetch."""
    customer_id = await chat.customer_id()

    def place(session: Session) -> str:
        variant = session.exec(select(Variant).where(Variant.sku == LIPSTICK)).one()
        return place_order(
            session,
            chat.shop.sealer,
            customer_id=customer_id,
            lines=[WantedLine(id_of(variant), 1)],
            address=ADDRESS,
            expected_payable=variant.price,
            idempotency_key=f"{chat.openid}-{chat.clock.now().isoformat()}",
            source="test",
            now=chat.clock.now(),
            hold_for=HOLD,
            pickup_store_id=store_id,
        ).order_no

    chat.clock.advance(seconds=1)
    return await chat.database.write(place)


async def hears_of_payment(chat: Chat, order_no: str) -> str:
    """The order is paid; what the shop says to that."""
    customer_id, now = await chat.customer_id(), chat.clock.now()

    def settle_it(session: Session) -> None:
        order = get_order(session, customer_id, order_no)
        settle(session, id_of(order), actor="wechat_pay", reason="", paid_at=now, now=now)

    await chat.database.write(settle_it)
    return "\n".join(getattr(each, "content", "") for each in await chat.hears())


async def will_fetch(chat: Chat, store_id: int) -> tuple[str, str]:
    """The number of a paid order, and the code that the customer reads in the chat."""
    order_no = await orders_to_fetch(chat, store_id)
    await has_paid(chat, order_no)
    found = CODE.search(await chat.words("我的取货码"))
    assert found is not None
    return order_no, found[1]


async def shows(chat: Chat, code: str, store_id: int) -> Redemption:
    """The customer shows the code at a counter."""
    now, sealer = chat.clock.now(), chat.shop.sealer
    return await chat.database.write(
        lambda session: redeem(session, sealer, code, store_id=store_id, actor="agent:7", now=now)
    )


async def booked(chat: Chat, order_no: str) -> str:
    """When the order will be fetched, as Shanghai's clock shows it; empty for no time."""
    customer_id = await chat.customer_id()

    def read(session: Session) -> str:
        order_id = id_of(get_order(session, customer_id, order_no))
        when = booked_times(session, [order_id]).get(order_id)
        return "" if when is None else f"{when:%m-%d %H:%M}"

    return await chat.database.read(read)


@pytest.mark.parametrize("words", ["可以自提吗", "你好，能到店取货吗？", "哪里可以自提"])
async def test_the_stores_of_this_moment_are_named(chat: Chat, words: str) -> None:
    await shop_opens(chat)
    await shop_opens(chat, "滨江店", is_open=False)

    await play(
        chat,
        line(words, "文三路店", "文三路100号", "09:00–21:00", "不收运费", never=("滨江店",)),
    )


async def test_without_a_store_the_customer_is_not_sent_anywhere(chat: Chat) -> None:
    await play(chat, line("可以自提吗", "没有能自提的门店"))


async def test_the_code_comes_with_the_payment(chat: Chat) -> None:
    store = await shop_opens(chat)
    order_no = await orders_to_fetch(chat, store)
    await chat.hears()

    await play(chat, line("取货码多少", order_no, "付款后就给您取货码"))
    told = await hears_of_payment(chat, order_no)

    assert CODE.search(told)
    assert "支付成功" in told
    assert "文三路店" in told


async def test_the_code_is_told_again_to_its_customer_alone(
    chat: Chat, open_chat: OpenChat
) -> None:
    store = await shop_opens(chat)
    order_no, code = await will_fetch(chat, store)
    stranger = open_chat("o-bob")
    await stranger.says("你好")

    assert code in await chat.words("我的取货码是多少")
    assert code not in await stranger.words("我的取货码")
    assert code not in await stranger.words(f"{order_no}的取货码")
    assert "没有取货码" in await stranger.words("取货码")


async def test_fetching_is_told_and_the_code_is_used_up(chat: Chat) -> None:
    store = await shop_opens(chat)
    order_no, code = await will_fetch(chat, store)

    told = await shows(chat, code, store)

    assert told.outcome == Redeemed.DONE
    heard = "\n".join(getattr(each, "content", "") for each in await chat.hears())
    assert f"订单 {order_no} 已在文三路店取走" in heard
    assert await state_of(chat, order_no) == OrderState.RECEIVED
    await play(
        chat,
        line(f"{order_no}的取货码", "已经取走了", never=(code,)),
        line("我的取货码", "没有等着自提的订单"),
    )


async def test_an_order_that_is_sent_has_no_code(chat: Chat) -> None:
    await chat.says("你好")
    order_no = await has_bought(chat)

    await play(
        chat,
        line("我的取货码", "没有等着自提的订单"),
        line(f"{order_no}的取货码", "快递送货"),
        line("改自提时间", "不用约时间"),
    )


async def test_a_time_is_chosen_by_day_and_hour_and_changed_later(chat: Chat) -> None:
    store = await shop_opens(chat)
    order_no, _ = await will_fetch(chat, store)

    (days,) = await chat.says("改自提时间")
    assert isinstance(days, Choices)
    assert days.options[:2] == ("今天（11月23日）", "明天（11月24日）")
    (hours,) = await chat.says(days.options[1], "menu_choice")
    assert isinstance(hours, Choices)
    assert hours.options[6] == "15:00–16:00"
    await play(chat, line(hours.options[6], order_no, "11月24日 15:00–16:00", "文三路店", asks=""))
    assert await booked(chat, order_no) == "11-24 07:00"

    await play(chat, line("自提时间改到后天下午五点半", "11月25日 17:00–18:00", asks=""))
    assert await booked(chat, order_no) == "11-25 09:00"
    assert "预约了11月25日 17:00来取" in await chat.words("我的取货码")


async def test_a_full_or_closed_hour_is_asked_for_again(chat: Chat, open_chat: OpenChat) -> None:
    store = await shop_opens(chat, slot_capacity=1)
    other = open_chat("o-bob")
    await other.says("你好")
    await will_fetch(other, store)
    await other.says("改自提时间到明天15:00")
    order_no, _ = await will_fetch(chat, store)

    await play(
        chat,
        line("改自提时间到明天15:00", "约不上", "14:00–15:00", never=("15:00–16:00",)),
        line("晚上十一点", "约不上", asks="pickup_time"),
        line("下午2点", "11月24日 14:00–15:00", asks=""),
    )
    assert await booked(chat, order_no) == "11-24 06:00"


async def test_a_no_leaves_the_time_and_an_aside_leaves_the_question(chat: Chat) -> None:
    store = await shop_opens(chat)
    order_no, _ = await will_fetch(chat, store)

    await play(
        chat,
        line("改自提时间", "哪天来", asks="pickup_time"),
        line("看看购物车", "哪天来", asks="pickup_time"),
        line("不用了", "先不动", asks=""),
    )
    assert await booked(chat, order_no) == ""


async def test_which_of_two_orders_is_asked(chat: Chat) -> None:
    store = await shop_opens(chat)
    first, _ = await will_fetch(chat, store)
    later(chat, minutes=1)
    await will_fetch(chat, store)

    await play(
        chat,
        line("预约取货", "2笔订单等着自提", asks="pickup_order"),
        line("第二个", "哪天来", asks="pickup_time"),
        line("明天上午10点", first, "11月24日 10:00", asks=""),
    )


async def test_a_store_without_appointments_needs_none(chat: Chat) -> None:
    store = await shop_opens(chat, slot_capacity=0)
    await will_fetch(chat, store)

    await play(chat, line("改自提时间", "不用预约", "09:00–21:00", asks=""))


async def test_an_order_to_fetch_waits_for_its_customer_and_not_for_a_carrier(chat: Chat) -> None:
    store = await shop_opens(chat)
    order_no, _ = await will_fetch(chat, store)

    await play(
        chat,
        line("我的订单", order_no, "待自提", "取货码", never=("发货",)),
        line("催一下发货", "不用催发货"),
        line("改地址", "到店自提"),
    )
