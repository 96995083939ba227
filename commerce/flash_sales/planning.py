"""Planning a flash sale, switching it on, ending it, calling it off.

Pieces leave the variants' stock when a sale is switched on, a little before it starts, so that
nobody else can order them; what is left of them returns when it ends.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, update
from sqlmodel import Session, col, or_, select

from commerce.catalogue import stock
from commerce.catalogue.tables import Variant
from commerce.errors import IllegalMove, InvalidInput, NotFound
from commerce.events import announce
from commerce.flash_sales.drafts import SaleDraft
from commerce.flash_sales.queries import LIVE
from commerce.flash_sales.tables import FlashItem, FlashSale, SaleState
from commerce.inserting import affected_rows, id_of

AHEAD: Final = timedelta(minutes=10)
"""So long before a sale starts its pieces are set aside."""


def plan(session: Session, draft: SaleDraft, now: datetime) -> FlashSale:
    """Write a sale with all its items; one of that key is replaced while it is only planned.

    Raises InvalidInput, and IllegalMove for a sale that is on or over.
    """
    draft.check()
    _check_prices(session, draft)
    if draft.ends_at <= now:
        raise InvalidInput("结束时间已经过了", field="ends_at")
    sale = find_by_key(session, draft.key)
    if sale is not None and _lock(session, id_of(sale)).state != SaleState.PLANNED:
        raise IllegalMove("这场秒杀已经备货，不能再改；请取消它，换个编号另建一场", field="key")
    names = ("key", "name", "starts_at", "ends_at")
    values = {"updated_at": now, **{name: getattr(draft, name) for name in names}}
    sale = sale or FlashSale(**values)
    sale.sqlmodel_update(values)
    session.add(sale)
    session.flush()
    affected_rows(session, delete(FlashItem).where(col(FlashItem.sale_id) == sale.id))
    session.add_all(
        FlashItem(
            sale_id=id_of(sale),
            variant_id=each.variant_id,
            price=each.price,
            pieces=each.pieces,
            per_customer=each.per_customer,
        )
        for each in draft.items
    )
    session.flush()
    return sale


def seed_sales(session: Session, drafts: Iterable[SaleDraft], now: datetime) -> int:
    """Plan the sales whose keys are not known yet and that are not over; how many.

    Raises as `plan`.
    """
    new = [each for each in drafts if each.ends_at > now and find_by_key(session, each.key) is None]
    for draft in new:
        plan(session, draft, now)
    return len(new)


def find_by_key(session: Session, key: str) -> FlashSale | None:
    """The sale of that key, whatever became of it."""
    statement = select(FlashSale).where(FlashSale.key == key)
    return session.exec(statement.execution_options(populate_existing=True)).first()


def list_sales(session: Session) -> Sequence[FlashSale]:
    """Every sale, the latest first."""
    return session.exec(
        select(FlashSale).order_by(col(FlashSale.starts_at).desc(), col(FlashSale.id).desc())
    ).all()


def list_to_switch_on(session: Session, now: datetime) -> Sequence[int]:
    """Ids of planned sales that start soon or should have."""
    statement = select(FlashSale.id).where(
        FlashSale.state == SaleState.PLANNED,
        col(FlashSale.starts_at) <= now + AHEAD,
        col(FlashSale.ends_at) > now,
    )
    return _ids(session, statement.order_by(col(FlashSale.starts_at), col(FlashSale.id)))


def list_over(session: Session, now: datetime) -> Sequence[int]:
    """Ids of sales whose time is up and that are not ended yet."""
    statement = select(FlashSale.id).where(
        or_(*(col(FlashSale.state) == each for each in LIVE)), col(FlashSale.ends_at) <= now
    )
    return _ids(session, statement.order_by(col(FlashSale.id)))


def switch_on(session: Session, sale_id: int, now: datetime) -> bool:
    """Set a planned sale's pieces aside, as many as there are; whether it was this call.

    Announces flash_sale_switched_on, with the pieces that were not to be had. Raises NotFound.
    """
    sale = _lock(session, sale_id)
    if sale.state != SaleState.PLANNED or sale.ends_at <= now:
        return False
    items = _items(session, sale)
    there = stock.available(session, [each.variant_id for each in items])
    had = {each.variant_id: min(each.pieces, there[each.variant_id]) for each in items}
    taken = _without_nothing(had)
    if taken:
        stock.set_aside(session, taken, now)
    for each in items:
        each.set_aside = each.left = had[each.variant_id]
        session.add(each)
    _move(session, sale, SaleState.ON, now)
    short = {each.variant_id: each.pieces - had[each.variant_id] for each in items}
    missing = [{"variant_id": each, "pieces": n} for each, n in _without_nothing(short).items()]
    announce(session, "flash_sale_switched_on", now=now, sale_id=sale_id, missing=missing)
    return True


def end_over(session: Session, sale_id: int, now: datetime) -> bool:
    """End a sale whose time is up, and put back what nobody bought; whether it was this call.

    Announces flash_sale_over. Raises NotFound.
    """
    sale = _lock(session, sale_id)
    if sale.state not in LIVE or sale.ends_at > now:
        return False
    _put_back_rest(session, sale, SaleState.OVER, now)
    announce(session, "flash_sale_over", now=now, sale_id=sale_id)
    return True


def call_off(session: Session, sale_id: int, *, actor: str, now: datetime) -> bool:
    """End a sale before its time, and put back what nobody bought; whether it was this call.

    Orders that were placed stay. Announces flash_sale_called_off. Raises NotFound.
    """
    sale = _lock(session, sale_id)
    if sale.state not in LIVE:
        return False
    _put_back_rest(session, sale, SaleState.CALLED_OFF, now)
    announce(session, "flash_sale_called_off", now=now, sale_id=sale_id, actor=actor)
    return True


def _check_prices(session: Session, draft: SaleDraft) -> None:
    ids = [each.variant_id for each in draft.items]
    found = select(Variant.id, Variant.price).where(col(Variant.id).in_(ids))
    prices: dict[int | None, int] = dict(session.exec(found).all())
    for each in draft.items:
        if each.variant_id not in prices:
            raise NotFound("没有这个规格的商品", variant_id=each.variant_id)
        if each.price >= prices[each.variant_id]:
            raise InvalidInput("秒杀价要比原价低", field="price")


def _lock(session: Session, sale_id: int) -> FlashSale:
    statement = select(FlashSale).where(FlashSale.id == sale_id).with_for_update(key_share=True)
    sale = session.exec(statement.execution_options(populate_existing=True)).first()
    if sale is None:
        raise NotFound("没有这场秒杀", sale_id=sale_id)
    return sale


def _items(session: Session, sale: FlashSale) -> Sequence[FlashItem]:
    """The sale's items, with their variants locked: nobody buys of them or gives back meanwhile."""
    variants = select(FlashItem.variant_id).where(FlashItem.sale_id == sale.id)
    locked = select(Variant.id).where(col(Variant.id).in_(variants)).order_by(col(Variant.id))
    session.exec(locked.with_for_update(key_share=True)).all()
    statement = select(FlashItem).where(FlashItem.sale_id == sale.id).order_by(col(FlashItem.id))
    return session.exec(statement.execution_options(populate_existing=True)).all()


def _put_back_rest(session: Session, sale: FlashSale, state: SaleState, now: datetime) -> None:
    items = _items(session, sale)
    rest = _without_nothing({each.variant_id: each.left for each in items})
    for each in items:
        each.left = 0
        session.add(each)
    if rest:
        stock.put_back(session, rest, now)
    _move(session, sale, state, now)


def _move(session: Session, sale: FlashSale, state: SaleState, now: datetime) -> None:
    moved = (
        update(FlashSale)
        .where(col(FlashSale.id) == sale.id, col(FlashSale.state) == sale.state)
        .values(state=state, updated_at=now)
    )
    if affected_rows(session, moved) != 1:
        raise IllegalMove("这场秒杀刚刚被改过，请再试一次", sale_id=sale.id)
    session.refresh(sale)


def _without_nothing(pieces: Mapping[int, int]) -> dict[int, int]:
    return {variant_id: number for variant_id, number in pieces.items() if number}


def _ids(session: Session, statement: Any) -> list[int]:
    return [each for each in session.exec(statement) if each is not None]
