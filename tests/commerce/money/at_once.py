"""Sixteen at once on PostgreSQL, by two bridges; on SQLite many through its one writer."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from sqlmodel import Session, select

from bot.database import Database, is_locked
from commerce.aftersale import deciding
from commerce.aftersale.requests import open_request
from commerce.aftersale.tables import Reason, RequestKind
from commerce.inserting import id_of
from commerce.ordering.orders import list_lines
from commerce.ordering.quoting import Choices, quote_for
from commerce.ordering.tables import Order
from commerce.payments.tables import Payment
from tests.commerce import shop
from tests.commerce.ledger.books import assert_books_balance
from tests.commerce.membership.members import new_member
from tests.commerce.promotions.coupons import own
from tests.commerce.shop import NOW, SEALER

type Deed = Callable[[Session], object]

OFF, POINTS = 1000, 1000


async def all_at_once(bridges: Sequence[Database], deeds: Iterable[Deed]) -> Counter[str]:
    """How often a deed came to what; one that was refused to its error's name.

    One that waited too long for a lock, on a busy machine, is done again, as clients do.
    """
    ended: Counter[str] = Counter()
    waiting = list(deeds)
    while waiting:
        calls = (bridges[turn % len(bridges)].write(deed) for turn, deed in enumerate(waiting))
        results = await asyncio.gather(*calls, return_exceptions=True)
        came = list(zip(waiting, results, strict=True))
        waiting = [deed for deed, result in came if is_locked_out(result)]
        ended.update(outcome(result) for _, result in came if not is_locked_out(result))
    return ended


def is_locked_out(result: object) -> bool:
    return isinstance(result, BaseException) and is_locked(result)


def outcome(result: object) -> str:
    return type(result).__name__ if isinstance(result, Exception | Order) else str(result)


def assert_whole(session: Session) -> None:
    shop.assert_stock_adds_up(session)
    shop.assert_money_adds_up(session)
    assert_books_balance(session)


def begun(session: Session, *pieces: int, is_paid: bool = False) -> int:
    """The id of an order of so many pieces a line, with a coupon and points, that is being paid."""
    customer = new_member(session, POINTS)
    coupon = own(session, customer, off=OFF, threshold=0)
    variants = {
        shop.put_on_sale(session, f"商品{n}", price=991 + n, pieces=n + 1): n for n in pieces
    }
    choices = Choices(coupon, POINTS, shop.ADDRESS.region)
    quote = quote_for(session, customer, variants, NOW, choices)
    order = shop.place(
        session,
        customer,
        variants,
        coupon_id=coupon,
        points=POINTS,
        expected_payable=quote.payable,
    )
    payment = shop.begin_to_pay(session, order)
    if is_paid:
        shop.pay(session, payment)
    return id_of(order)


def asks(session: Session, order_id: int, pieces: dict[int, int]) -> str:
    """The number of a request for the money of some pieces, by the place of their line."""
    order = session.get_one(Order, order_id)
    lines = list_lines(session, order)
    return open_request(
        session,
        SEALER,
        customer_id=order.customer_id,
        order_id=order_id,
        pieces={id_of(lines[place]): n for place, n in pieces.items()},
        kind=RequestKind.REFUND_ONLY,
        reason=Reason.UNWANTED,
        words="",
        now=NOW,
    ).request_no


def agrees(session: Session, number: str) -> str:
    deciding.agree(session, number, actor="agent:1", note="", now=NOW)
    return "agreed"


def refunded(session: Session, order_id: int) -> Sequence[int]:
    paid = select(Payment.refunded).where(Payment.order_id == order_id)
    return session.exec(paid).all()


def asks_and_has_it(session: Session, order_id: int, pieces: dict[int, int]) -> str:
    return agrees(session, asks(session, order_id, pieces))
