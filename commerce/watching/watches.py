"""Lower prices and new stock that customers ask to be told of, each once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Select, and_, or_, select, true, update
from sqlmodel import Session, SQLModel, col, delete
from sqlmodel import select as select_rows

from commerce.catalogue.queries import get_product
from commerce.catalogue.tables import Variant
from commerce.customers.tables import Customer
from commerce.errors import IllegalMove, NotFound
from commerce.inserting import affected_rows, core, insert_once
from commerce.watching.prices import price_now, prices
from commerce.watching.tables import ProductWatch, WatchKind

MOST: Final = 50
"""So many things a customer waits for at a time."""
A_ROUND: Final = 200
TRIED_AGAIN: Final = timedelta(hours=1)
"""How long a customer to whom no way is open is left alone."""


def ask(
    session: Session, customer_id: int, product_id: int, kind: WatchKind, now: datetime
) -> bool:
    """Keep that a customer wants to be told, from the price of this moment; false if they did.

    Raises NotFound; IllegalMove when it is in stock already, or too much is waited for.
    """
    product = get_product(session, product_id)
    if kind is WatchKind.BACK_IN_STOCK and product.in_stock:
        raise IllegalMove("现在就有货，可以直接下单")
    price = price_now(session, product_id, now)
    if price is None:
        raise NotFound("没有找到这件商品，可能已经下架", product_id=product_id)
    values = {"product_id": product_id, "kind": kind.value, "price": price}
    moments = {"asked_at": now, "next_at": now}
    if not insert_once(session, ProductWatch, customer_id=customer_id, **values, **moments):
        return False
    if len(list_watches(session, customer_id)) > MOST:
        raise IllegalMove(f"最多同时等{MOST}件，先取消几件再添加吧")
    return True


def withdraw(session: Session, customer_id: int, product_id: int, kind: WatchKind) -> bool:
    """Wait no longer; whether the customer did."""
    statement = delete(ProductWatch).where(
        col(ProductWatch.customer_id) == customer_id,
        col(ProductWatch.product_id) == product_id,
        col(ProductWatch.kind) == kind.value,
        col(ProductWatch.told_at).is_(None),
    )
    return affected_rows(session, statement) == 1


def list_watches(session: Session, customer_id: int) -> Sequence[ProductWatch]:
    """What the customer waits for, the latest first."""
    statement = (
        select_rows(ProductWatch)
        .where(ProductWatch.customer_id == customer_id, col(ProductWatch.told_at).is_(None))
        .order_by(col(ProductWatch.asked_at).desc(), col(ProductWatch.id).desc())
    )
    return session.exec(statement).all()


def list_due(session: Session, now: datetime) -> Sequence[int]:
    """Ids of the watches that have come true and whose customer may be told, the oldest first."""
    statement = _due(now).order_by(_WATCH.c.next_at, _WATCH.c.id).limit(A_ROUND)
    return list(core(session).execute(statement).scalars())


def claim(session: Session, watch_id: int, now: datetime) -> ProductWatch | None:
    """The watch to tell of, by this caller alone; None when it is told, withdrawn or untrue."""
    if core(session).execute(_due(now, watch_id)).first() is None:
        return None
    taken = update(_WATCH).where(_WATCH.c.id == watch_id, _WATCH.c.told_at.is_(None))
    if affected_rows(session, taken.values(told_at=now)) != 1:
        return None
    return session.get_one(ProductWatch, watch_id, populate_existing=True)


def put_off(session: Session, watch_id: int, now: datetime) -> None:
    """Undo a claim in its transaction: no way to the customer is open, so try again later."""
    statement = update(_WATCH).where(_WATCH.c.id == watch_id, _WATCH.c.told_at == now)
    affected_rows(session, statement.values(told_at=None, next_at=now + TRIED_AGAIN))


def _due(now: datetime, watch_id: int | None = None) -> Select[Any]:
    """Whoever said no to messages after asking is not told; who asked after that is.

    Only what is asked about is priced: of one watch one product.
    """
    watched = _WATCHED if watch_id is None else _WATCHED.where(_WATCH.c.id == watch_id)
    price = prices(now).where(_VARIANT.c.product_id.in_(watched)).subquery()
    is_cheaper = and_(
        _WATCH.c.kind == WatchKind.PRICE_DROP.value, price.c.in_stock < _WATCH.c.price
    )
    is_back = and_(_WATCH.c.kind == WatchKind.BACK_IN_STOCK.value, price.c.in_stock.is_not(None))
    said_no = _CUSTOMER.c.unsubscribed_at >= _WATCH.c.asked_at
    return (
        select(_WATCH.c.id)
        .join(price, price.c.product_id == _WATCH.c.product_id)
        .join(_CUSTOMER, _CUSTOMER.c.id == _WATCH.c.customer_id)
        .where(
            _WATCH.c.told_at.is_(None),
            _WATCH.c.next_at <= now,
            true() if watch_id is None else _WATCH.c.id == watch_id,
            or_(is_cheaper, is_back),
            or_(_CUSTOMER.c.unsubscribed_at.is_(None), ~said_no),
        )
    )


_TABLES: Final = SQLModel.metadata.tables
_VARIANT: Final = _TABLES[Variant.__tablename__]
_CUSTOMER: Final = _TABLES[Customer.__tablename__]
_WATCH: Final = _TABLES[ProductWatch.__tablename__]
_WATCHED: Final = select(_WATCH.c.product_id).where(_WATCH.c.told_at.is_(None))
