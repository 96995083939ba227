"""Orders of a customer who chats, brought to where a dialogue begins."""

import itertools
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlmodel import Session, SQLModel, col, select

from commerce.aftersale import deciding
from commerce.aftersale.paying_back import record_refund_result
from commerce.aftersale.tables import AfterSale
from commerce.catalogue.tables import Variant
from commerce.inserting import id_of
from commerce.ordering.lines import WantedLine
from commerce.ordering.orders import get_order
from commerce.ordering.placing import place_order
from commerce.ordering.states import move
from commerce.ordering.tables import OrderState
from commerce.payments.opening import open_payment
from commerce.payments.settling import record_paid
from commerce.payments.tables import Refund, RefundState
from tests.bot.handlers.conversation import Chat
from tests.commerce.shop import ADDRESS, HOLD, PAYER

LIPSTICK = "MZ018-01"
MILK = "SP001-01"
_pictures = itertools.count(1)


async def has_ordered(
    chat: Chat, sku: str = LIPSTICK, pieces: int = 1, *, more: Mapping[str, int] | None = None
) -> str:
    """The number of a new order of this customer's."""
    customer_id = await chat.customer_id()
    wanted = {sku: pieces, **(more or {})}

    def place(session: Session) -> str:
        variants = session.exec(select(Variant).where(col(Variant.sku).in_(wanted))).all()
        order = place_order(
            session,
            chat.shop.sealer,
            customer_id=customer_id,
            lines=[WantedLine(id_of(each), wanted[each.sku]) for each in variants],
            address=ADDRESS,
            expected_payable=sum(each.price * wanted[each.sku] for each in variants),
            idempotency_key=f"{chat.openid}-{chat.clock.now().isoformat()}",
            source="test",
            now=chat.clock.now(),
            hold_for=HOLD,
        )
        return order.order_no

    chat.clock.advance(seconds=1)
    return await chat.database.write(place)


async def has_paid(chat: Chat, order_no: str) -> None:
    """The order is paid."""
    customer_id, now = await chat.customer_id(), chat.clock.now()

    def pay(session: Session) -> None:
        payment = open_payment(session, get_order(session, customer_id, order_no), PAYER, now)
        record_paid(
            session,
            out_trade_no=payment.out_trade_no,
            transaction_id=f"42000-{payment.out_trade_no}",
            amount=payment.amount,
            payer=PAYER,
            success_time=now,
            now=now,
        )

    await chat.database.write(pay)
    await chat.hears()


async def is_moved(chat: Chat, order_no: str, *states: OrderState) -> None:
    """The shop's people moved the order on."""
    customer_id, now = await chat.customer_id(), chat.clock.now()

    def move_on(session: Session) -> None:
        order = get_order(session, customer_id, order_no)
        for state in states:
            move(session, id_of(order), state, actor="agent:1", reason="", now=now)

    await chat.database.write(move_on)
    await chat.hears()


async def has_bought(chat: Chat, sku: str = LIPSTICK, pieces: int = 1, **more: int) -> str:
    """The number of a new order that is paid."""
    renamed = {name.replace("_", "-"): count for name, count in more.items()}
    order_no = await has_ordered(chat, sku, pieces, more=renamed)
    await has_paid(chat, order_no)
    return order_no


async def has_received(chat: Chat, sku: str = LIPSTICK, pieces: int = 1, **more: int) -> str:
    """The number of a new order that was paid and sent."""
    order_no = await has_bought(chat, sku, pieces, **more)
    await is_moved(chat, order_no, OrderState.PACKED, OrderState.SHIPPED)
    return order_no


async def state_of(chat: Chat, order_no: str) -> str:
    """Where the order is in its life."""
    customer_id = await chat.customer_id()
    return await chat.database.read(lambda session: get_order(session, customer_id, order_no).state)


async def rows[Row: SQLModel](chat: Chat, table: type[Row]) -> list[Row]:
    """All rows of a table, oldest first."""

    def read(session: Session) -> list[Row]:
        return list(session.exec(select(table)))

    return await chat.database.read(read)


async def sends_picture(chat: Chat, media_id: str = "") -> str:
    """A picture from the customer; what the shop says to it."""
    replies = await chat.says(
        "", "image", payload={"MediaId": media_id or f"media-{next(_pictures)}"}
    )
    return "\n".join(getattr(each, "content", "") for each in replies)


def later(chat: Chat, **duration: float) -> None:
    """Time goes by."""
    chat.clock.advance(seconds=timedelta(**duration).total_seconds())


async def gets_back(chat: Chat, number: str) -> None:
    """The shop has the parcel of a request, and finds it good."""

    def take_in(session: Session) -> None:
        about: dict[str, Any] = {"actor": "agent:1", "note": "", "now": chat.clock.now()}
        deciding.arrive(session, number, **about)
        deciding.accept(session, number, **about)

    await chat.database.write(take_in)


async def has_its_money(chat: Chat, number: str) -> None:
    """WeChat Pay has sent the money of a request."""

    def succeed(session: Session) -> None:
        request = session.exec(select(AfterSale).where(AfterSale.request_no == number)).one()
        refund = session.get_one(Refund, request.refund_id)
        now = chat.clock.now()
        record_refund_result(session, refund.out_refund_no, RefundState.SUCCEEDED, now)

    await chat.database.write(succeed)


async def only_request(chat: Chat) -> AfterSale:
    """The one after-sale request."""
    (request,) = await rows(chat, AfterSale)
    return request
