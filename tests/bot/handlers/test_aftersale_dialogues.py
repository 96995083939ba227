"""Money back, an exchange, a claim: nothing is registered without a clear yes, and then once."""

import pytest
from sqlmodel import Session

from bot.messages import Choices
from commerce.aftersale import requests
from commerce.aftersale.tables import (
    AfterSale,
    AfterSaleLine,
    ClaimedLine,
    Reason,
    RequestKind,
)
from commerce.events import ShopEvent
from commerce.ordering.orders import get_order, list_lines
from commerce.ordering.tables import OrderState
from tests.bot.handlers.buying import (
    LIPSTICK,
    MILK,
    has_bought,
    has_ordered,
    has_received,
    is_moved,
    only_request,
    rows,
)
from tests.bot.handlers.conftest import OpenChat
from tests.bot.handlers.conversation import Chat
from tests.bot.handlers.script import line, play
from tests.commerce.shop import ADDRESS


async def test_a_refund_of_what_was_not_sent_is_registered_by_one_yes(chat: Chat) -> None:
    await chat.says("你好")
    order_no = await has_bought(chat)

    await play(
        chat,
        line("我要退款", "什么原因", asks="aftersale_reason"),
        line(
            "不想要了", "登记退款", order_no, "×1", "不想要了", "“确认”", asks="aftersale_confirm"
        ),
    )
    assert await rows(chat, AfterSale) == []
    await play(
        chat,
        line("确认", "已经登记", "SH", "店里的同事", never=("已退", "退款成功"), asks=""),
        line("确认", never=("登记",)),
    )

    request = await only_request(chat)
    assert (request.kind, request.reason, request.state) == ("refund_only", "unwanted", "requested")
    assert requests.read_words(chat.shop.sealer, request) == "我要退款\n不想要了"
    told = [each.subject for each in await rows(chat, ShopEvent) if each.kind == "person_wanted"]
    assert [(each["reason"], each["request_no"]) for each in told] == [
        ("request_refund", request.request_no)
    ]


@pytest.mark.parametrize(
    ("said", "ending"),
    [
        ("退了吧", "aftersale_confirm"),
        ("给我退了", "aftersale_confirm"),
        ("不用", ""),
        ("不退了", ""),
        ("算了", ""),
        ("今天天气怎么样", ""),
    ],
)
async def test_nothing_but_a_clear_yes_registers_anything(
    chat: Chat, said: str, ending: str
) -> None:
    await chat.says("你好")
    await has_bought(chat)

    await play(
        chat,
        line("不想要了，退了吧", asks="aftersale_confirm", intent="request_refund"),
        line(said, never=("已经登记",), asks=ending),
        line("晚安", never=("已经登记",)),
        line("好的", never=("已经登记",)),
    )

    assert await rows(chat, AfterSale) == []


async def test_the_request_said_again_is_no_yes_even_if_understood_as_one(chat: Chat) -> None:
    await chat.says("你好")
    await has_bought(chat)

    await play(
        chat,
        line("我不想要了，退款", asks="aftersale_confirm"),
        line("退了吧", "“确认”", asks="aftersale_confirm", intent="affirm"),
        line("嗯，确认", "已经登记"),
    )

    assert len(await rows(chat, AfterSale)) == 1


async def test_what_the_first_message_tells_is_not_asked_again(chat: Chat) -> None:
    await chat.says("你好")
    await has_bought(chat, LIPSTICK)
    order_no = await has_received(chat, MILK, 3)

    await play(
        chat,
        line("牛奶少发了一袋", "照片", asks="aftersale_pictures", intent="request_refund",
             entities={"product": ["牛奶"], "quantity": 1}),
        line("没有", "售后处理", order_no, "×1", "少发了", asks="aftersale_confirm"),
        line("确认", "已经登记", "接着发"),
    )  # fmt: skip

    request = await only_request(chat)
    assert (request.kind, request.reason) == ("claim", "missing")
    (asked,) = await rows(chat, AfterSaleLine)
    assert asked.quantity == 1


async def test_order_item_pieces_and_reason_are_asked_one_after_another(chat: Chat) -> None:
    await chat.says("你好")
    await has_received(chat, LIPSTICK)
    order_no = await has_received(chat, LIPSTICK, 1, SP001_01=3)

    await play(
        chat,
        line("我要退货", "1. 订单", "第几笔", asks="aftersale_order"),
        line("第一个", "1. ", "2. ", "哪一件", asks="aftersale_item"),
        line("牛奶", "一共3件", "几件", asks="aftersale_quantity"),
        line("5件", "只有3件", asks="aftersale_quantity"),
        line("两件", "什么原因", asks="aftersale_reason"),
        line("味道太淡了喝不惯", "退货退款", order_no, "×2", "其他", asks="aftersale_confirm"),
        line("确认", "已经登记"),
    )

    request = await only_request(chat)
    assert (request.kind, request.reason) == ("return_refund", "other")


async def test_all_of_an_order_is_meant_by_saying_so(chat: Chat) -> None:
    await chat.says("你好")
    await has_received(chat, LIPSTICK, 1, SP001_01=3)

    await play(
        chat,
        line("我要退款", asks="aftersale_item"),
        line("全部", asks="aftersale_reason"),
        line("不喜欢", "×1", "×3", asks="aftersale_confirm"),
        line("确认", "已经登记"),
        line("我要退款", "已经申请过"),
    )

    assert sorted(each.quantity for each in await rows(chat, AfterSaleLine)) == [1, 3]


async def test_whether_money_or_another_piece_is_asked_when_it_was_not_said(chat: Chat) -> None:
    await chat.says("你好")
    await has_received(chat)

    (question,) = await chat.says("收到的口红断了", intent="request_refund")
    assert isinstance(question, Choices)
    assert question.options == ("退货退款", "换一件")
    await play(
        chat,
        line("换一件", "照片", asks="aftersale_pictures"),
        line("跳过", "登记换货", "有破损", asks="aftersale_confirm"),
        line("确认", "已经登记"),
    )

    assert (await only_request(chat)).kind == "exchange"


async def test_reasons_are_offered_to_tap(chat: Chat) -> None:
    await chat.says("你好")
    await has_received(chat)

    (question,) = await chat.says("我要退款")
    assert isinstance(question, Choices)
    for option in question.options:
        await play(
            chat,
            line(option, asks="aftersale_pictures" if option in question.options[:4] else
                 "aftersale_confirm", kind="menu_choice"),
            line("不退了", "不申请了", asks=""),
            line("我要退款", asks="aftersale_reason"),
        )  # fmt: skip


async def test_reasons_may_be_answered_by_number_but_not_by_silence(chat: Chat) -> None:
    await chat.says("你好")
    await has_received(chat)

    await play(
        chat,
        line("我要售后", asks="aftersale_reason", intent="request_refund"),
        line("", "没听清", kind="voice", asks="aftersale_reason"),
        line("5", "退货退款，还是换一件", asks="aftersale_kind"),
        line("2", "登记换货", "大小不合适", asks="aftersale_confirm"),
    )


async def test_an_unpaid_order_is_cancelled_instead(chat: Chat) -> None:
    await chat.says("你好")
    order_no = await has_ordered(chat)

    await play(
        chat,
        line("我要退款", "还没付款", f"要取消订单 {order_no}", asks="cancel_order"),
        line("是", "已取消"),
    )
    assert await rows(chat, AfterSale) == []


async def test_what_was_not_sent_cannot_be_exchanged_and_the_bot_says_so(chat: Chat) -> None:
    await chat.says("你好")
    await has_bought(chat)

    await play(
        chat,
        line("我想换货，颜色不喜欢", "还没发货，换不了", "登记退款", asks="aftersale_confirm",
             intent="request_refund"),
    )  # fmt: skip


async def test_a_difference_in_price_is_a_claim(chat: Chat) -> None:
    await chat.says("你好")
    await has_bought(chat)

    await play(
        chat,
        line("刚买就降价了，能退差价吗", "售后处理", "退差价", asks="aftersale_confirm",
             intent="request_refund"),
        line("确认", "已经登记"),
    )  # fmt: skip
    assert (await only_request(chat)).kind == "claim"


async def test_another_errand_ends_nothing_while_it_is_only_asked(chat: Chat) -> None:
    await chat.says("你好")
    await has_received(chat)

    await play(
        chat,
        line("我要退货", asks="aftersale_reason"),
        line("转人工", "已经记下", never=("登记",)),
        line("我要退货", asks="aftersale_reason"),
        line("退订", "退订", never=("登记",)),
    )
    assert await rows(chat, AfterSale) == []


async def test_somebody_elses_order_is_not_found(open_chat: OpenChat) -> None:
    alice, mallory = open_chat("o-alice"), open_chat("o-mallory")
    await alice.says("你好")
    await mallory.says("你好")
    order_no = await has_received(alice)
    secrets = (ADDRESS.recipient, "口红", "¥129", "已发货")

    await play(
        mallory,
        line(f"订单{order_no}我要退款", "没有查到", never=secrets, asks=""),
        line("确认", never=("登记", *secrets)),
        line("我要退款", "没有可以申请售后的订单"),
    )
    await play(alice, line("不喜欢，要退货", asks="aftersale_confirm", intent="request_refund"))
    await alice.says("确认")
    number = (await only_request(alice)).request_no
    await play(
        mallory,
        line(f"{number}到哪了", "没有查到", never=secrets),
        line(f"撤销售后{number}", "没有查到", never=secrets, asks=""),
        line("售后进度", "没有查到您的", never=secrets),
    )
    assert (await only_request(alice)).state == "requested"


@pytest.mark.parametrize("misread", ["ask_return_policy", "out_of_scope"])
async def test_a_bare_word_begins_a_request_however_it_was_understood(
    chat: Chat, misread: str
) -> None:
    await chat.says("你好")
    await has_received(chat)

    await play(chat, line("我要售后", "什么原因", asks="aftersale_reason", intent=misread))


async def test_the_order_moved_on_while_the_question_stood(chat: Chat) -> None:
    await chat.says("你好")
    order_no = await has_bought(chat)
    await chat.says("不想要了，退款")
    await is_moved(chat, order_no, OrderState.PACKED, OrderState.SHIPPED)

    await play(
        chat,
        line("确认", "登记退货退款", "“确认”", never=("已经登记",), asks="aftersale_confirm"),
    )
    assert await rows(chat, AfterSale) == []
    await play(chat, line("确认", "已经登记"))

    assert (await only_request(chat)).kind == "return_refund"


async def test_pieces_asked_for_meanwhile_leave_nothing_half_registered(chat: Chat) -> None:
    await chat.says("你好")
    order_no = await has_received(chat, LIPSTICK, 1, SP001_01=1)
    customer_id = await chat.customer_id()
    await chat.says("我要退款")
    await chat.says("全部")
    await play(chat, line("不喜欢", asks="aftersale_confirm"))

    def ask_elsewhere(session: Session) -> str:
        order = get_order(session, customer_id, order_no)
        request = requests.open_request(
            session, chat.shop.sealer, customer_id=customer_id, order_id=order.id or 0,
            pieces={list_lines(session, order)[-1].id or 0: 1}, kind=RequestKind.RETURN_REFUND,
            reason=Reason.FIT, words="", now=chat.clock.now(),
        )  # fmt: skip
        return request.request_no

    await chat.database.write(ask_elsewhere)

    await play(chat, line("确认", "还能申请的只有0件", never=("已经登记",)))

    assert [each.claimed for each in await rows(chat, ClaimedLine)] == [1]


async def test_an_answer_that_sounds_like_a_request_goes_on_with_it(chat: Chat) -> None:
    await chat.says("你好")
    await has_received(chat, LIPSTICK, 1, SP001_01=2)

    await play(
        chat,
        line("我要售后", asks="aftersale_item", intent="request_refund"),
        line("牛奶", "几件", asks="aftersale_quantity"),
        line("两箱都漏了", "还是换一件", asks="aftersale_kind", intent="request_refund"),
        line("退货", "照片", asks="aftersale_pictures", intent="request_refund"),
        line("没有照片", "×2", "有破损", asks="aftersale_confirm"),
        line("确认", "已经登记"),
    )


async def test_the_request_said_again_keeps_what_is_known(chat: Chat) -> None:
    await chat.says("你好")
    await has_received(chat, LIPSTICK, 1, SP001_01=3)

    await play(
        chat,
        line("我要售后", asks="aftersale_item", intent="request_refund"),
        line("牛奶", asks="aftersale_quantity"),
        line("我要退货", "几件", asks="aftersale_quantity", intent="request_refund"),
        line("两件", asks="aftersale_reason"),
        line("我要退货", "什么原因", asks="aftersale_reason", intent="request_refund"),
        line("TD", "已退订", never=("登记",)),
    )


async def test_what_customers_tell_is_not_left_in_the_conversations_memory(chat: Chat) -> None:
    await chat.says("你好")
    await has_received(chat)
    await chat.says("我要退货")
    await chat.says("给王小明过敏了，家住文三路")

    memory = (await chat.memory()).model_dump_json()
    assert "王小明" not in memory
    assert "文三路" not in memory


async def test_an_order_that_is_finished_is_told_so_and_leads_to_a_person(chat: Chat) -> None:
    await chat.says("你好")
    order_no = await has_received(chat)
    await is_moved(chat, order_no, OrderState.RECEIVED)
    await is_moved(chat, order_no, OrderState.FINISHED)

    await play(
        chat,
        line("我要退货", "什么原因", asks="aftersale_reason"),
        line("不想要了", "已完成", "转人工", asks=""),
    )
    assert await rows(chat, AfterSale) == []
