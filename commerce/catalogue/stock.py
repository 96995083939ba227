"""The one place where stock changes, each change with its movement.

`variant.stock` is what can still be ordered. An order takes its pieces when it is placed; they
are held until they are sold or released. So at any time stock is the sum of its movements, and
what came in less what is held and what is sold. What a flash sale sets aside has left it until it
is put back.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Literal

from sqlalchemy import Connection, bindparam, insert, select, update
from sqlmodel import Session, SQLModel

from commerce.catalogue import tables as catalogue
from commerce.catalogue.changes import mark_for_indexing
from commerce.corrections import CorrectionKind, note_correction
from commerce.errors import IllegalMove, InvalidInput, NotFound, OutOfStock
from commerce.inserting import core
from commerce.ordering import tables as ordering

__all__ = [
    "available",
    "correct",
    "correct_by_hand",
    "mark_sold",
    "put_back",
    "release",
    "reserve",
    "send_again",
    "set_aside",
    "take_back",
]

LARGEST_STOCK: Final = 1_000_000_000
HELD: Final = ordering.ReservationState.HELD

_TABLES = SQLModel.metadata.tables
_VARIANT = _TABLES[catalogue.Variant.__tablename__]
_PRODUCT = _TABLES[catalogue.Product.__tablename__]
_MOVEMENT = _TABLES[catalogue.StockMovement.__tablename__]
_RESERVATION = _TABLES[ordering.Reservation.__tablename__]

_CHANGE = (
    update(_VARIANT)
    .where(
        _VARIANT.c.id == bindparam("variant"),
        _VARIANT.c.stock + bindparam("change") >= 0,
    )
    .values(stock=_VARIANT.c.stock + bindparam("change"))
    .returning(_VARIANT.c.product_id, _VARIANT.c.stock)
)
_AVAILABLE = select(_VARIANT.c.id, _VARIANT.c.stock).where(
    _VARIANT.c.id.in_(bindparam("variants", expanding=True))
)
_END_HOLD = (
    update(_RESERVATION)
    .where(_RESERVATION.c.order_id == bindparam("order"), _RESERVATION.c.state == HELD)
    .values(state=bindparam("outcome"))
    .returning(_RESERVATION.c.variant_id, _RESERVATION.c.quantity)
)
_PRODUCTS_OF = select(_VARIANT.c.id, _VARIANT.c.product_id).where(
    _VARIANT.c.id.in_(bindparam("variants", expanding=True))
)
_COUNT_SALE = (
    update(_PRODUCT)
    .where(_PRODUCT.c.id == bindparam("product"))
    .values(sales=_PRODUCT.c.sales + bindparam("pieces"))
)


def available(session: Session, variant_ids: Sequence[int]) -> dict[int, int]:
    """How many pieces of each variant can be ordered now; unknown variants are left out."""
    rows = core(session).execute(_AVAILABLE, {"variants": list(variant_ids)})
    return {row.id: row.stock for row in rows}


def reserve(session: Session, order_id: int, quantities: Mapping[int, int], now: datetime) -> None:
    """Hold pieces (by variant id) for an order: all of them, or none and OutOfStock.

    Variants are taken in the order of their ids, so that two carts never wait for each other.
    """
    with session.begin_nested():
        short = "有商品库存不足，请调整数量后再下单"
        _take(session, quantities, "reserved", now, order_id, short=short)
        core(session).execute(
            insert(_RESERVATION),
            [
                {"order_id": order_id, "variant_id": variant_id, "quantity": n, "state": HELD}
                for variant_id, n in sorted(quantities.items())
            ],
        )


def release(session: Session, order_id: int, now: datetime) -> None:
    """Give back what an order still holds. Once released or sold, nothing happens."""
    connection = core(session)
    held = _end_hold(connection, order_id, ordering.ReservationState.RELEASED)
    if held:
        _change(session, held)
        _note(connection, held, "released", now, order_id)


def mark_sold(session: Session, order_id: int) -> None:
    """What an order holds is sold; its products count the sale. Raises IllegalMove.

    Stock does not move: the pieces left it when they were reserved.
    """
    connection = core(session)
    held = _end_hold(connection, order_id, ordering.ReservationState.SOLD)
    if not held:
        raise IllegalMove("订单的商品已经不再为它保留", order_id=order_id)
    products = {
        row.id: row.product_id for row in connection.execute(_PRODUCTS_OF, {"variants": list(held)})
    }
    sales: dict[int, int] = {}
    for variant_id, pieces in held.items():
        sales[products[variant_id]] = sales.get(products[variant_id], 0) + pieces
    for product_id, pieces in sorted(sales.items()):
        connection.execute(_COUNT_SALE, {"product": product_id, "pieces": pieces})
    mark_for_indexing(session, sales)


def take_back(
    session: Session, order_id: int, quantities: Mapping[int, int], now: datetime
) -> None:
    """Pieces (by variant id) that an order gave back, and that can be sold again."""
    if quantities:
        _change(session, quantities)
        _note(core(session), quantities, "returned", now, order_id)


def send_again(
    session: Session, order_id: int, quantities: Mapping[int, int], now: datetime
) -> None:
    """Take pieces (by variant id) for an exchange: all of them, or none and OutOfStock."""
    with session.begin_nested():
        _take(session, quantities, "resent", now, order_id, short="要换的商品库存不足")


def set_aside(
    session: Session,
    quantities: Mapping[int, int],
    now: datetime,
    order_id: int | None = None,
) -> None:
    """Take pieces (by variant id) out of what everybody can order: all, or none and OutOfStock.

    `order_id` names the order that gave them back, if one did.
    """
    with session.begin_nested():
        _take(session, quantities, "set_aside", now, order_id, short="库存不够留出来做活动")


def put_back(
    session: Session,
    quantities: Mapping[int, int],
    now: datetime,
    order_id: int | None = None,
) -> None:
    """Pieces (by variant id) that were set aside can be ordered again.

    `order_id` names the order for which they are put back, if there is one.
    """
    _change(session, quantities)
    _note(core(session), quantities, "put_back", now, order_id)


def correct(
    session: Session,
    variant_id: int,
    change: int,
    reason: Literal["initial", "import", "correction", "returned"],
    now: datetime,
) -> int:
    """Change a variant's stock past any order; the stock then. Raises NotFound, InvalidInput.

    A person's correction is `correct_by_hand`.
    """
    left = available(session, [variant_id]).get(variant_id)
    if left is None:
        raise NotFound("没有这个规格的商品", variant_id=variant_id)
    if not 0 <= left + change <= LARGEST_STOCK or _change(session, {variant_id: change}):
        raise InvalidInput(f"库存现有{left}件，不能这样改", field="change")
    if change:
        _note(core(session), {variant_id: change}, reason, now)
    return available(session, [variant_id])[variant_id]


def correct_by_hand(
    session: Session, variant_id: int, change: int, *, actor: str, reason: str, now: datetime
) -> int:
    """A person has counted: so many pieces more or less; the stock then.

    Raises NotFound, and InvalidInput without a reason.
    """
    left = correct(session, variant_id, change, "correction", now)
    note_correction(
        session,
        CorrectionKind.STOCK_CORRECTED,
        str(variant_id),
        actor=actor,
        reason=reason,
        amount=change,
        now=now,
    )
    return left


def _take(
    session: Session,
    quantities: Mapping[int, int],
    reason: str,
    now: datetime,
    order_id: int | None,
    *,
    short: str,
) -> None:
    """Take pieces out of stock and note it. Raises OutOfStock in these words (`short`).

    What was taken by then goes back with the caller's savepoint.
    """
    taken = {variant_id: -pieces for variant_id, pieces in quantities.items()}
    lacking = _change(session, taken)
    if lacking:
        left = available(session, lacking)
        lines = [{"variant_id": each, "available": left.get(each, 0)} for each in lacking]
        raise OutOfStock(short, lines=lines)
    _note(core(session), taken, reason, now, order_id)


def _change(session: Session, changes: Mapping[int, int]) -> list[int]:
    """Apply the changes that may be; the variants where stock would leave its bounds."""
    connection = core(session)
    refused: list[int] = []
    flipped: set[int] = set()
    for variant_id, change in sorted(changes.items()):
        row = connection.execute(_CHANGE, {"variant": variant_id, "change": change}).first()
        if row is None:
            refused.append(variant_id)
        elif 0 in (row.stock, row.stock - change):
            flipped.add(row.product_id)  # It sold out, or is back.
    mark_for_indexing(session, flipped)
    return refused


def _end_hold(connection: Connection, order_id: int, outcome: str) -> dict[int, int]:
    rows = connection.execute(_END_HOLD, {"order": order_id, "outcome": outcome}).all()
    return {row.variant_id: row.quantity for row in sorted(rows, key=lambda row: row.variant_id)}


def _note(
    connection: Connection,
    changes: Mapping[int, int],
    reason: str,
    now: datetime,
    order_id: int | None = None,
) -> None:
    connection.execute(
        insert(_MOVEMENT),
        [
            {
                "variant_id": variant_id,
                "change": change,
                "reason": reason,
                "order_id": order_id,
                "at": now,
            }
            for variant_id, change in sorted(changes.items())
        ],
    )
