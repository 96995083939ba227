"""开发票 in the chat: asked for part by part, read back, and heard of when it is there."""

import pytest
from sqlmodel import Session, select

from bot import invoices
from bot.messages import Choices
from commerce.inserting import id_of
from commerce.invoices.issuing import list_waiting
from commerce.invoices.requests import read_details
from commerce.invoices.tables import Invoice, InvoiceState, TitleKind
from commerce.ordering.orders import get_order
from commerce.payments.refunds import find_kept_payment, record_refund_result, request_refund
from commerce.payments.tables import RefundState
from tests.bot.handlers.buying import has_bought, has_ordered, later, rows
from tests.bot.handlers.conftest import OpenChat
from tests.bot.handlers.conversation import Chat
from tests.bot.handlers.script import line, play

COMPANY = "杭州云朵科技有限公司"
TAX_NO = "91330106MA27X0A122"
EMAIL = "fapiao@example.com"
LINK = "https://example.com/fapiao.pdf"


async def buys(chat: Chat) -> str:
    """The number of a paid order of somebody who has written before."""
    await chat.says("你好")
    return await has_bought(chat)


async def asks_for_company(chat: Chat) -> None:
    """The whole conversation for a company's invoice."""
    await play(
        chat,
        line("开发票", "个人还是公司", asks="invoice_kind"),
        line("公司", "公司全称", asks="invoice_title"),
        line(COMPANY, "税号", asks="invoice_tax_no"),
        line(TAX_NO, "邮箱", asks="invoice_email"),
        line(EMAIL, COMPANY, TAX_NO, EMAIL, "信息对吗", asks="invoice_confirm"),
        line("是", "已申请", asks=""),
    )


async def is_issued(chat: Chat, order_no: str, number: int = 1) -> str:
    """An operator enters the invoice; what the customer hears."""

    def enter(session: Session) -> None:
        ((invoice, _),) = [
            each for each in list_waiting(session) if each[0].state == InvoiceState.REQUESTED
        ]
        invoices.enter(
            session,
            order_no,
            number=f"{number:020d}",
            link=LINK,
            amount=invoice.amount,
            now=chat.clock.now(),
        )

    await chat.database.write(enter)
    return await heard(chat)


async def heard(chat: Chat) -> str:
    """What the shop said by itself."""
    return "\n".join(getattr(each, "content", "") for each in await chat.hears())


async def money_goes_back(chat: Chat, order_no: str, amount: int) -> str:
    """A refund of that much succeeds; what the customer hears."""
    customer_id, now = await chat.customer_id(), chat.clock.now()

    def promise(session: Session) -> str:
        payment = find_kept_payment(session, get_order(session, customer_id, order_no))
        assert payment is not None
        return request_refund(session, id_of(payment), amount, "少发一件", now).out_refund_no

    number = await chat.database.write(promise)
    await chat.hears()
    await chat.database.write(record_refund_result, number, RefundState.SUCCEEDED, now)
    return await heard(chat)


async def test_a_company_is_asked_for_name_number_and_mail(chat: Chat) -> None:
    order_no = await buys(chat)

    await asks_for_company(chat)

    (invoice,) = await rows(chat, Invoice)
    details = read_details(chat.shop.sealer, invoice)
    assert (details.kind, details.title, details.tax_no, details.email) == (
        TitleKind.COMPANY,
        COMPANY,
        TAX_NO,
        EMAIL,
    )
    assert order_no in await chat.words("我的发票")


async def test_a_person_is_asked_for_name_and_mail(chat: Chat) -> None:
    await buys(chat)

    (kinds,) = await chat.says("我要开发票")
    assert kinds == Choices("发票抬头是个人还是公司？", ("个人", "公司"))
    await play(
        chat,
        line("个人", "谁的名字", asks="invoice_title"),
        line("王小明", "邮箱", asks="invoice_email"),
        line("发到 ming@example.com", "王小明", "ming@example.com", never=("税号：",)),
        line("是的", "已申请", asks=""),
    )


async def test_all_may_be_said_in_one_breath(chat: Chat) -> None:
    await buys(chat)

    await play(
        chat,
        line("帮我开一张公司发票", "公司全称", asks="invoice_title"),
        line(f"抬头：{COMPANY}，税号：{TAX_NO}，邮箱：{EMAIL}", "信息对吗", COMPANY, TAX_NO, EMAIL),
        line("对", "已申请"),
    )


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        ("91330106MA27X0A123", "最后一位和前面对不上"),
        ("91330106MA27X0A12", "这个有17位"),
        ("9133O106MA27X0A122", "字母O"),
    ],
)
async def test_what_is_wrong_with_a_tax_number_is_named_and_asked_again(
    chat: Chat, written: str, complaint: str
) -> None:
    await buys(chat)

    await play(
        chat,
        line("开公司发票", "公司全称"),
        line(COMPANY, "税号"),
        line(written, complaint, asks="invoice_tax_no"),
        line(TAX_NO, "邮箱", asks="invoice_email"),
    )


async def test_a_part_called_wrong_is_corrected_before_the_yes(chat: Chat) -> None:
    await buys(chat)
    await play(
        chat,
        line("开公司发票", "公司全称"),
        line(f"{COMPANY} {TAX_NO} {EMAIL}", "信息对吗"),
        line("邮箱错了", "哪个邮箱", asks="invoice_email"),
        line("right@example.com", "right@example.com", COMPANY, asks="invoice_confirm"),
        line("是", "已申请"),
    )

    (invoice,) = await rows(chat, Invoice)
    assert read_details(chat.shop.sealer, invoice).email == "right@example.com"


async def test_a_mail_that_is_none_is_asked_for_again(chat: Chat) -> None:
    await buys(chat)

    await play(
        chat,
        line("开个人发票", "谁的名字"),
        line("王小明", "邮箱"),
        line("ming@example", "邮箱写得不对", asks="invoice_email"),
        line("ming@example.com", "信息对吗"),
    )


@pytest.mark.parametrize("at", ["kind", "title", "email", "confirm"])
async def test_a_no_at_any_point_asks_for_nothing(chat: Chat, at: str) -> None:
    await buys(chat)
    said = {"kind": [], "title": ["个人"], "email": ["个人", "王小明"]}
    before = said.get(at, ["个人", "王小明", "ming@example.com"])
    await chat.says("开发票")
    for words in before:
        await chat.says(words)

    await play(chat, line("不用了", "先不开", asks=""))

    assert await rows(chat, Invoice) == []


async def test_details_are_not_left_open_in_what_the_bot_remembers(chat: Chat) -> None:
    await buys(chat)
    await chat.says("开公司发票")
    await chat.says(f"{COMPANY} {TAX_NO} {EMAIL}")

    kept = (await chat.memory()).model_dump_json()

    assert await chat.step() == "invoice_confirm"
    assert not any(each in kept for each in (COMPANY, TAX_NO, EMAIL))


async def test_another_errand_is_heard_while_a_name_is_asked_for(chat: Chat) -> None:
    await buys(chat)
    await chat.says("开个人发票")

    await play(
        chat,
        line("看看购物车", "购物车", asks="invoice_title"),
        line("转人工", "记下", asks=""),
    )
    assert await rows(chat, Invoice) == []


async def test_the_customer_hears_number_and_link_once(chat: Chat) -> None:
    order_no = await buys(chat)
    await asks_for_company(chat)

    told = await is_issued(chat, order_no)

    assert f"订单 {order_no} 的发票开好了" in told
    assert "0" * 19 + "1" in told
    assert LINK in told
    assert await heard(chat) == ""
    (invoice,) = await rows(chat, Invoice)
    assert invoice.state == InvoiceState.SENT
    await play(
        chat,
        line("发票开好了吗", "已开好", LINK),
        line("开发票", "已开好", LINK, asks=""),
    )


async def test_a_refused_invoice_is_told_with_its_reason(chat: Chat) -> None:
    order_no = await buys(chat)
    await asks_for_company(chat)

    await chat.database.write(
        lambda session: invoices.turn_down(
            session, order_no, reason="抬头和税号不是一家", now=chat.clock.now()
        )
    )

    assert "抬头和税号不是一家" in await heard(chat)
    await play(chat, line("开发票", "个人还是公司"))


async def test_a_refund_after_issue_takes_the_invoice_back_and_a_new_one_comes(chat: Chat) -> None:
    order_no = await buys(chat)
    await asks_for_company(chat)
    await is_issued(chat, order_no)

    told = await money_goes_back(chat, order_no, 100)

    assert "要冲红" in told
    assert "重新开一张" in told
    assert [each.state for each in await rows(chat, Invoice)] == [
        InvoiceState.FLUSHING,
        InvoiceState.REQUESTED,
    ]
    now = chat.clock.now()
    await chat.database.write(
        lambda session: invoices.enter_red(session, order_no, number="2" * 20, link=LINK, now=now)
    )
    assert "开好了" in await is_issued(chat, order_no, 3)


async def test_which_of_two_orders_is_asked(chat: Chat) -> None:
    first = await buys(chat)
    later(chat, minutes=1)
    await has_bought(chat)

    await play(
        chat,
        line("开发票", "哪一笔", asks="invoice_order"),
        line("第二个", "个人还是公司"),
        line("个人", "谁的名字"),
        line("王小明", "邮箱"),
        line("ming@example.com", first, "信息对吗"),
    )


async def test_who_has_not_paid_is_told_so(chat: Chat) -> None:
    await chat.says("你好")
    await play(chat, line("开发票", "还没有付了款", asks=""), line("我的发票", "没有申请过"))
    order_no = await has_ordered(chat)

    await play(chat, line(f"{order_no}开发票", "付款后"))


async def test_nobody_sees_or_asks_for_the_invoice_of_another(
    chat: Chat, open_chat: OpenChat
) -> None:
    order_no = await buys(chat)
    await asks_for_company(chat)
    stranger = open_chat("o-bob")
    await stranger.says("你好")

    await play(
        stranger,
        line("我的发票", "没有申请过", never=(order_no, COMPANY)),
        line(f"{order_no}开发票", "没有查到", never=(COMPANY,)),
    )


async def test_a_special_invoice_is_not_promised(chat: Chat) -> None:
    await buys(chat)

    await play(
        chat, line("开发票", "个人还是公司"), line("专票", "专票开不了", asks="invoice_kind")
    )


async def test_only_one_invoice_is_kept_of_an_order(chat: Chat) -> None:
    await buys(chat)
    await asks_for_company(chat)

    await play(chat, line("开发票", "已申请，还没开好", asks=""))
    found = await chat.database.read(lambda session: session.exec(select(Invoice)).all())
    assert len(found) == 1
