"""A request that was registered: followed, refused, taken back, and whose money is on its way."""

import pytest

from commerce.aftersale import deciding
from commerce.aftersale.tables import (
    AfterSale,
)
from commerce.events import ShopEvent
from commerce.payments.tables import Payment, Refund
from tests.bot.handlers.buying import (
    MILK,
    gets_back,
    has_bought,
    has_ordered,
    has_received,
    later,
    only_request,
    rows,
)
from tests.bot.handlers.conversation import Chat
from tests.bot.handlers.script import line, play


async def registered(chat: Chat) -> str:
    """The number of a request for what was received."""
    await chat.says("你好")
    await has_received(chat)
    await chat.says("不喜欢，要退货", intent="request_refund")
    await chat.says("确认")
    return (await only_request(chat)).request_no


async def test_a_request_is_followed_and_its_news_are_told(chat: Chat) -> None:
    number = await registered(chat)
    await play(
        chat,
        line("退款到哪了", number, "等店里处理", never=("已退",)),
        line(f"{number}怎么样了", number, "退货退款"),
    )

    await chat.database.write(
        lambda session: deciding.agree(
            session, number, actor="agent:1", note="请把口红寄回", now=chat.clock.now()
        )
    )
    (news,) = await chat.hears()
    assert f"同意了您的退货退款申请 {number}。请把口红寄回。" in str(news)
    await play(chat, line("售后进度", "店里已同意", "请把口红寄回"))

    await gets_back(chat, number)
    (news,) = await chat.hears()
    assert f"{number} 的¥129已经请微信支付原路退回" in str(news)
    await play(
        chat,
        line("退款到账了吗", number, "正在退款", "¥129", never=("已退", "已原路")),
        line("不退了", "正在退款，不能再撤销", intent="request_refund"),
    )


@pytest.mark.parametrize("misread", ["distribution", "ask_return_policy", "order_status"])
async def test_who_has_a_request_hears_of_it_however_the_question_was_understood(
    chat: Chat, misread: str
) -> None:
    await play(chat, line("退款多久到账", never=("申请号",), intent=misread))

    number = await registered(chat)

    await play(
        chat,
        line("退款多久到账", number, "等店里处理", intent=misread),
        line("取消售后", f"要撤销申请 {number}", intent=misread),
    )


async def test_a_refusal_is_told_with_its_reason(chat: Chat) -> None:
    number = await registered(chat)

    await chat.database.write(
        lambda session: deciding.refuse(
            session, number, actor="agent:1", note="口红拆封后不能退", now=chat.clock.now()
        )
    )

    (news,) = await chat.hears()
    assert "没有同意。口红拆封后不能退。有疑问" in str(news)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("凭什么不给退", "ask_return_policy"),
        ("为什么不同意", "complaint"),
        ("我不接受", "deny"),
    ],
)
async def test_who_does_not_accept_a_refusal_hears_why_and_is_passed_on(
    chat: Chat, text: str, intent: str
) -> None:
    number = await registered(chat)
    await play(chat, line(text, never=("拆封",), intent=intent))
    await chat.database.write(
        lambda session: deciding.refuse(
            session, number, actor="agent:1", note="口红拆封后不能退", now=chat.clock.now()
        )
    )
    await chat.hears()

    await play(chat, line(text, number, "拆封", "同事会看到", intent=intent))
    called = [each.subject for each in await rows(chat, ShopEvent) if each.kind == "person_wanted"]
    assert called[-1]["reason"] == "refund_dispute"
    await play(chat, line("怎么还没发货", never=("拆封",), intent="order_status"))

    later(chat, days=8)
    await play(chat, line(text, never=("拆封",), intent=intent))


@pytest.mark.parametrize("said", ["不退了", "撤销售后", "取消退款"])
@pytest.mark.parametrize("intent", ["request_refund", "cancel_order", "deny"])
async def test_a_request_is_taken_back_after_a_yes(chat: Chat, said: str, intent: str) -> None:
    number = await registered(chat)

    await play(
        chat,
        line(said, f"要撤销申请 {number}", asks="aftersale_withdraw", intent=intent),
        line("不用", "保留着", asks=""),
        line(said, asks="aftersale_withdraw", intent=intent),
    )
    assert (await only_request(chat)).state == "requested"
    await play(chat, line("确认", "已撤销", asks=""))
    assert (await only_request(chat)).state == "withdrawn"


async def test_which_of_several_requests_is_taken_back_is_asked(chat: Chat) -> None:
    first = await registered(chat)
    await has_bought(chat, MILK)
    await chat.says("牛奶不想要了，退款", intent="request_refund", entities={"product": ["牛奶"]})
    await chat.says("确认")

    await play(
        chat,
        line("不退了", "1. 申请", "2. 申请", "第几个", asks="which_to_withdraw",
             intent="request_refund"),
        line("第二个", f"要撤销申请 {first}", asks="aftersale_withdraw"),
        line("是", f"{first} 已撤销"),
    )  # fmt: skip
    assert sorted(each.state for each in await rows(chat, AfterSale)) == ["requested", "withdrawn"]


async def test_money_on_its_way_is_told_as_far_as_it_is(chat: Chat) -> None:
    await chat.says("你好")
    order_no = await has_ordered(chat)
    now = chat.clock.now()

    def refunded(session: object) -> None:
        payment = Payment(
            order_id=1, out_trade_no="T1", amount=12900, payer="p", state="paid",
            expires_at=now, ask_at=now, created_at=now, refunded=12900,
        )  # fmt: skip
        session.add(payment)  # type: ignore[attr-defined]
        session.flush()  # type: ignore[attr-defined]
        refund = Refund(
            payment_id=payment.id or 0, out_refund_no="RT1-1", amount=12900, reason="订单已关闭",
            created_at=now, ask_at=now,
        )  # fmt: skip
        session.add(refund)  # type: ignore[attr-defined]

    await chat.database.write(refunded)

    await play(
        chat,
        line("退款怎么还没到账", order_no, "¥129", "正在原路退回", never=("已原路",),
             intent="request_refund"),
    )  # fmt: skip


async def test_nothing_to_follow_is_said(chat: Chat) -> None:
    await play(
        chat,
        line("退款进度", "没有查到您的退款或售后申请"),
        line("我要退款", "没有可以申请售后的订单"),
        line("撤销售后", "没有正在处理", intent="request_refund"),
    )
