"""What an order bought in a flash sale takes from it.

Whoever buys or closes holds the variant's row by then, as do those who switch a sale on or off:
rows are locked in the order sale, variant, item.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, update
from sqlmodel import Session, col, select

from commerce.catalogue import stock
from commerce.catalogue.tables import Product, Variant
from commerce.deals.choices import FlashDeal
from commerce.errors import IllegalMove, NotFound, OutOfStock
from commerce.flash_sales.queries import moment_in_words, next_sale
from commerce.flash_sales.tables import FlashHolding, FlashItem, FlashOrder, FlashSale, SaleState
from commerce.inserting import affected_rows, core, id_of, insert_once
from commerce.ordering.tables import Order
from commerce.pricing.values import UnitOffer

PAY_WITHIN: Final = timedelta(minutes=10)
"""Others wait for what an unpaid order holds. The end of the sale does not shorten it."""
OFFER_NAME: Final = "秒杀价"


def offer(
    session: Session,
    customer_id: int,
    deal: FlashDeal,
    quantities: Mapping[int, int],
    now: datetime,
) -> dict[int, UnitOffer]:
    """The price of one piece, by variant id.

    Raises NotFound; IllegalMove outside of the sale's window (`details["next_starts_at"]` in ISO
    8601 where there is a next one) and above a customer's limit; OutOfStock.
    """
    item, sale = _get(session, deal.item_id)
    _refuse_moment(session, sale, now)
    wanted = quantities.get(item.variant_id, 0)
    _refuse_goods(session, item)
    if wanted > item.left:
        raise _sold_out(item)
    _refuse_too_many(item, _had(session, item, customer_id), wanted)
    return {item.variant_id: UnitOffer(OFFER_NAME, item.price)}


def bind(
    session: Session, deal: FlashDeal, order: Order, quantities: Mapping[int, int], now: datetime
) -> None:
    """Take the order's pieces from the sale, within the customer's limit, and put them back into
    the variant's stock, where the order takes them in the same transaction. Raises as `offer`.
    """
    item, sale = _get(session, deal.item_id)
    pieces = quantities[item.variant_id]
    if not _take(session, item, pieces, now):
        _refuse_moment(session, sale, now)
        raise _sold_out(item)
    if not _count(session, item, order.customer_id, pieces):
        _refuse_too_many(item, _had(session, item, order.customer_id), pieces)
    stock.put_back(session, {item.variant_id: pieces}, now, id_of(order))
    session.add(FlashOrder(order_id=id_of(order), item_id=id_of(item), pieces=pieces))
    session.flush()


def latest_at(session: Session, deal: FlashDeal, now: datetime) -> datetime | None:
    """When the order must be paid at the latest."""
    del session, deal
    return now + PAY_WITHIN


def on_paid(session: Session, order: Order, paid_at: datetime, now: datetime) -> None:
    """Nothing changes: the pieces left the sale when the order was placed."""
    del session, order, paid_at, now


def on_closed(session: Session, order: Order, now: datetime) -> None:
    """The pieces go back to the sale while it runs, else they stay in the variant's stock, and
    the customer may buy as many again.
    """
    given_back = (
        update(FlashOrder)
        .where(col(FlashOrder.order_id) == order.id, col(FlashOrder.given_back_at).is_(None))
        .values(given_back_at=now)
        .returning(col(FlashOrder.item_id), col(FlashOrder.pieces))
    )
    row = core(session).execute(given_back).first()
    if row is None:
        return
    freed = (
        update(FlashHolding)
        .where(
            col(FlashHolding.item_id) == row.item_id,
            col(FlashHolding.customer_id) == order.customer_id,
        )
        .values(pieces=col(FlashHolding.pieces) - row.pieces)
    )
    affected_rows(session, freed)
    returned = (
        update(FlashItem)
        .where(col(FlashItem.id) == row.item_id, _is_selling(now))
        .values(left=col(FlashItem.left) + row.pieces)
        .returning(col(FlashItem.variant_id))
    )
    variant_id = core(session).execute(returned).scalar()
    if variant_id is not None:
        stock.set_aside(session, {variant_id: row.pieces}, now, id_of(order))


def _get(session: Session, item_id: int) -> tuple[FlashItem, FlashSale]:
    statement = (
        select(FlashItem, FlashSale)
        .join(FlashSale, col(FlashSale.id) == col(FlashItem.sale_id))
        .where(FlashItem.id == item_id)
        .execution_options(populate_existing=True)
    )
    row = session.exec(statement).first()
    if row is None:
        raise NotFound("没有这个秒杀商品", field="deal.item_id")
    return row


def _refuse_moment(session: Session, sale: FlashSale, now: datetime) -> None:
    """Raise IllegalMove outside of the sale's window, saying when this or the next one starts."""
    is_live = sale.state in (SaleState.PLANNED, SaleState.ON)
    if is_live and now < sale.starts_at:
        starts = moment_in_words(sale.starts_at, now)
        raise IllegalMove(
            f"“{sale.name}”还没开始，{starts}开抢", next_starts_at=sale.starts_at.isoformat()
        )
    if sale.state == SaleState.ON and now < sale.ends_at:
        return
    if is_live and now < sale.ends_at:
        raise IllegalMove(f"“{sale.name}”正在准备，请过一会儿再来")
    what = "已经取消了" if sale.state == SaleState.CALLED_OFF else "已经结束了"
    following = next_sale(session, now)
    if following is None:
        raise IllegalMove(f"“{sale.name}”{what}")
    starts = moment_in_words(following.starts_at, now)
    raise IllegalMove(
        f"“{sale.name}”{what}，下一场“{following.name}”{starts}开抢",
        next_starts_at=following.starts_at.isoformat(),
    )


def _refuse_goods(session: Session, item: FlashItem) -> None:
    variant = session.get_one(Variant, item.variant_id)
    if not (variant.on_sale and session.get_one(Product, variant.product_id).on_sale):
        raise IllegalMove("这件秒杀商品已经下架了")


def _refuse_too_many(item: FlashItem, had: int, wanted: int) -> None:
    if had + wanted > item.per_customer:
        before = f"，您已经拍了{had}件" if had else ""
        raise IllegalMove(
            f"这件秒杀商品每人限购{item.per_customer}件{before}", per_customer=item.per_customer
        )


def _sold_out(item: FlashItem) -> OutOfStock:
    words = f"这件秒杀商品只剩{item.left}件了" if item.left else "手慢了，这件秒杀商品已经抢完了"
    return OutOfStock(words, lines=[{"variant_id": item.variant_id, "available": item.left}])


def _had(session: Session, item: FlashItem, customer_id: int) -> int:
    statement = select(FlashHolding.pieces).where(
        FlashHolding.item_id == item.id, FlashHolding.customer_id == customer_id
    )
    return session.exec(statement).first() or 0


def _take(session: Session, item: FlashItem, pieces: int, now: datetime) -> bool:
    guarded = (
        update(FlashItem)
        .where(col(FlashItem.id) == item.id, col(FlashItem.left) >= pieces, _is_selling(now))
        .values(left=col(FlashItem.left) - pieces)
    )
    taken = affected_rows(session, guarded) == 1
    session.refresh(item)
    return taken


def _is_selling(now: datetime) -> ColumnElement[bool]:
    """Whether an item's sale is on at this moment."""
    return (
        select(FlashSale.id)
        .where(
            col(FlashSale.id) == col(FlashItem.sale_id),
            FlashSale.state == SaleState.ON,
            col(FlashSale.starts_at) <= now,
            col(FlashSale.ends_at) > now,
        )
        .exists()
    )


def _count(session: Session, item: FlashItem, customer_id: int, pieces: int) -> bool:
    """Count the pieces for the customer, if they may have so many."""
    ids = {"item_id": id_of(item), "customer_id": customer_id}
    insert_once(session, FlashHolding, **ids, pieces=0, most=item.per_customer)
    guarded = (
        update(FlashHolding)
        .where(
            col(FlashHolding.item_id) == item.id,
            col(FlashHolding.customer_id) == customer_id,
            col(FlashHolding.pieces) + pieces <= item.per_customer,
        )
        .values(pieces=col(FlashHolding.pieces) + pieces)
    )
    return affected_rows(session, guarded) == 1
