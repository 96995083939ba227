"""Asking about orders and cancelling them: only one's own, and only after a yes."""

from collections.abc import Callable

from sqlalchemy import update
from sqlmodel import Session

from bot.handlers import orders
from bot.memory import Memory
from bot.messages import Card, Incoming, Text, reply_as_words
from bot.turn import Turn
from commerce.aftersale.tables import AfterSale, OrderUrge
from commerce.events import ShopEvent
from commerce.ordering.orders import get_order
from commerce.ordering.tables import Order, OrderState
from miniprogram_cards.paths import ORDER_PAGE, parse
from nlu.understanding import Intent, Understanding
from tests.bot.handlers.buying import (
    LIPSTICK,
    MILK,
    has_bought,
    has_ordered,
    has_paid,
    is_moved,
    later,
    rows,
    state_of,
)
from tests.bot.handlers.conversation import Chat
from tests.bot.handlers.script import line, play
from tests.commerce.shop import ADDRESS


async def test_no_orders_yet(chat: Chat) -> None:
    await play(
        chat,
        line("我的订单", "您还没有订单"),
        line("快递到哪了", "您还没有订单"),
        line("取消订单", "没有可以取消的订单"),
    )


async def test_one_unpaid_order_comes_with_the_card_to_pay_it(chat: Chat) -> None:
    await chat.says("你好")
    order_no = await has_ordered(chat)

    words, card = await chat.says("我的订单")

    assert isinstance(words, Text)
    assert order_no in words.content
    assert "待付款" in words.content
    assert "12:30前付款" in words.content
    assert isinstance(card, Card)
    assert parse(card.path).page == ORDER_PAGE
    assert parse(card.path).subject == order_no
    assert card.picture == "mz018.jpg"


async def test_a_paid_order_is_one_text_without_a_card(chat: Chat) -> None:
    await chat.says("你好")
    order_no = await has_ordered(chat)
    await has_paid(chat, order_no)

    await play(
        chat,
        line("我的订单", order_no, "待发货", never=("[小程序]",)),
    )


async def test_a_paid_order_is_not_cancelled_but_its_money_asked_back_after_a_yes(
    chat: Chat,
) -> None:
    await chat.says("你好")
    order_no = await has_bought(chat)

    await play(
        chat,
        line("取消订单", "登记退款", order_no, "“确认”", asks="aftersale_confirm"),
        line("不用", "不申请了", asks=""),
        line(f"取消订单{order_no}，拍错了", "不想要了", asks="aftersale_confirm"),
        line("取消吧", never=("已经登记", "已取消")),
    )
    assert await rows(chat, AfterSale) == []
    await play(
        chat,
        line("取消订单", asks="aftersale_confirm"),
        line("确认", "已经登记", never=("已取消", "已退")),
    )

    (request,) = await rows(chat, AfterSale)
    assert (request.kind, request.state) == ("refund_only", "requested")
    assert await state_of(chat, order_no) == "paid"


async def test_of_several_paid_orders_the_one_pointed_at_is_meant(chat: Chat) -> None:
    await chat.says("你好")
    first, second = await has_bought(chat, MILK), await has_bought(chat, LIPSTICK)

    await play(
        chat,
        line("取消订单", f"1. 订单 {second}", "退哪一笔", asks="which_to_cancel"),
        line("第二个", "登记退款", first, asks="aftersale_confirm"),
    )


async def test_what_was_sent_cannot_be_cancelled(chat: Chat) -> None:
    await chat.says("你好")
    order_no = await has_bought(chat)
    await is_moved(chat, order_no, OrderState.SHIPPED)

    await play(chat, line(f"取消订单{order_no}", "已发货，不能直接取消", "我要退款", asks=""))


async def test_an_order_is_urged_once_a_day_and_the_bot_says_since_when(chat: Chat) -> None:
    await chat.says("你好")
    order_no = await has_bought(chat)

    await play(
        chat,
        line(
            "怎么还不发货", order_no, "11月23日 12:00付的款", "待发货", "已经帮您催了", "同事会看到"
        ),
        line("快点发货啊", "11月23日 12:00已经帮您催过了", never=("已经帮您催了",)),
    )
    assert len(await rows(chat, OrderUrge)) == 1
    later(chat, hours=24)
    await play(chat, line("催一下发货", "已经帮您催了"))

    assert len(await rows(chat, OrderUrge)) == 2
    told = [each.subject for each in await rows(chat, ShopEvent) if each.kind == "person_wanted"]
    assert [each["reason"] for each in told] == ["order_urged"] * 2


async def test_which_order_is_urged_is_asked(chat: Chat) -> None:
    await chat.says("你好")
    first = await has_bought(chat, MILK)
    await has_bought(chat, LIPSTICK)

    await play(
        chat,
        line("催一下发货", "要催第几笔", asks="which_to_urge"),
        line("第二个", first, "已经帮您催了", asks=""),
    )
    assert len(await rows(chat, OrderUrge)) == 1


async def test_what_is_not_paid_or_sent_already_is_not_urged(chat: Chat) -> None:
    await chat.says("你好")
    order_no = await has_ordered(chat)

    await play(chat, line("催一下发货", "没有已付款、还没发货的订单", order_no, "待付款"))
    await has_paid(chat, order_no)
    await is_moved(chat, order_no, OrderState.SHIPPED)
    await play(chat, line(f"订单{order_no}怎么还不发货", "不用催", "已发货"))

    assert await rows(chat, OrderUrge) == []


async def test_several_orders_are_numbered_and_can_be_pointed_at(chat: Chat) -> None:
    await chat.says("你好")
    numbers = [await has_ordered(chat, sku) for sku in (MILK, LIPSTICK, MILK, LIPSTICK)]

    await play(
        chat,
        line("查一下我的订单", f"1. 订单 {numbers[3]}", f"3. 订单 {numbers[1]}", "更早的订单",
             never=(numbers[0],)),
        line("第二个", numbers[2], "高原纯牛奶", never=(numbers[3], numbers[1])),
        line(f"查一下订单{numbers[0]}", numbers[0], "待付款"),
        line(numbers[3], numbers[3], "待付款", intent="nlu_fallback",
             entities={"order_no": [numbers[3]]}),
    )  # fmt: skip


async def test_somebody_elses_order_is_not_found_and_not_touched(
    open_chat: Callable[[str], Chat],
) -> None:
    alice, mallory = open_chat("o-alice"), open_chat("o-mallory")
    await alice.says("你好")
    await mallory.says("你好")
    order_no = await has_ordered(alice)
    secrets = (ADDRESS.recipient, ADDRESS.detail, "口红", "¥129", "待付款")

    await play(
        mallory,
        line(f"查一下订单{order_no}", "没有查到", never=secrets),
        line(order_no, "没有查到", never=secrets),
        line(f"订单{order_no}的快递到哪了", "没有查到", never=secrets),
        line(f"取消订单{order_no}", "没有查到", never=secrets, asks=""),
        line("是", never=("取消", *secrets)),
        line("我的订单", "您还没有订单"),
    )
    assert await state_of(alice, order_no) == "unpaid"


async def test_an_order_is_cancelled_only_after_a_clear_yes(chat: Chat) -> None:
    await chat.says("你好")
    order_no = await has_ordered(chat)
    asked = f"要取消订单 {order_no}"

    await play(
        chat,
        line("取消订单", asked, "¥129", asks="cancel_order"),
        line("算了", "保留着", "12:30", asks=""),
        line("取消订单", asks="cancel_order"),
        line("不取消了", "保留着", asks=""),
        line("取消订单", asks="cancel_order"),
        line("先别取消", "保留着", asks=""),
        line("取消订单", asks="cancel_order"),
        line("不要了", asked, asks="cancel_order"),
        line("有没有口红", "为您找到", asks=""),
        line("好的", never=("已取消",)),
        line("取消订单", asks="cancel_order"),
        line("今天天气怎么样", never=("取消",), asks=""),
        line("好的", never=("已取消",)),
    )
    assert await state_of(chat, order_no) == "unpaid"

    await play(
        chat,
        line("取消订单", asks="cancel_order"),
        line("好的", "已取消", order_no, asks=""),
        line("好的", never=("已取消",)),
        line(f"取消订单{order_no}", "已经关闭"),
    )
    assert await state_of(chat, order_no) == "closed"


async def test_the_words_of_the_question_are_a_yes_too(chat: Chat) -> None:
    await chat.says("你好")
    order_no = await has_ordered(chat)

    await play(chat, line("取消订单", asks="cancel_order"), line("取消吧", "已取消", order_no))


async def test_of_several_unpaid_orders_the_one_pointed_at_is_cancelled(chat: Chat) -> None:
    await chat.says("你好")
    first = await has_ordered(chat, MILK)
    second = await has_ordered(chat, LIPSTICK)

    await play(
        chat,
        line("取消订单", f"1. 订单 {second}", f"2. 订单 {first}", "第几笔", asks="which_to_cancel"),
        line("第二个", f"要取消订单 {first}", asks="cancel_order"),
        line("是", "已取消", first),
    )
    assert await state_of(chat, first) == "closed"
    assert await state_of(chat, second) == "unpaid"


async def test_who_wants_to_pay_an_empty_cart_is_shown_the_order_that_waits(chat: Chat) -> None:
    await chat.says("你好")
    order_no = await has_ordered(chat)

    words, card = await chat.says("去付款")

    assert isinstance(words, Text)
    assert isinstance(card, Card)
    assert parse(card.path).subject == order_no


async def test_cancelling_is_never_about_the_cart_line_just_put_in(chat: Chat) -> None:
    await chat.says("口红")
    order_no = await has_ordered(chat, MILK)

    await play(
        chat,
        line("第一个", cart="MZ018-01×1"),
        line("不想要了", "已拿掉", cart="", asks="", intent="cancel_order"),
    )
    assert await state_of(chat, order_no) == "unpaid"


async def test_one_order_of_the_list_looked_at_leaves_the_places_as_they_were(chat: Chat) -> None:
    await chat.says("你好")
    paid = await has_bought(chat, MILK)
    unpaid = await has_ordered(chat)

    await play(
        chat,
        line("我的订单", f"1. 订单 {unpaid}", f"2. 订单 {paid}"),
        line("第二个", paid, "待发货", never=(unpaid,)),
        line(
            "第一个取消吧",
            f"要取消订单 {unpaid}",
            asks="cancel_order",
            intent="cancel_order",
            entities={"ordinal": [1]},
        ),
        line("不用了", "保留"),
        line("第二个", paid, never=(unpaid,)),
        line("取消吧", f"订单 {paid}", asks="aftersale_confirm", intent="cancel_order"),
    )
    assert await state_of(chat, unpaid) == OrderState.UNPAID
    assert await state_of(chat, paid) == OrderState.PAID


async def test_an_order_sent_while_it_is_urged_is_told_as_sent(chat: Chat) -> None:
    await chat.says("你好")
    order_no = await has_bought(chat)
    customer_id = await chat.customer_id()

    def urge_what_was_just_sent(session: Session) -> str:
        order = get_order(session, customer_id, order_no)
        session.connection().execute(update(Order).values(state=OrderState.SHIPPED))
        turn = Turn(
            session=session,
            shop=chat.shop,
            now=chat.clock.now(),
            customer_id=customer_id,
            conversation_id=1,
            incoming=Incoming(
                "k", "official_account", "a", "o-alice", "text", f"催{order_no}", chat.clock.now()
            ),
            understanding=Understanding("催", Intent.ORDER_STATUS, 1, {"order_no": order_no}),
            memory=Memory(in_view="orders", orders=[order_no], order_no=order.order_no),
        )
        return "\n".join(map(reply_as_words, orders.tell_status(turn)))

    told = await chat.database.write(urge_what_was_just_sent)

    assert "不用催发货" in told
    assert "已发货" in told
