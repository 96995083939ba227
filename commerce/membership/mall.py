"""The points mall: what points buy, and the one step in which points and a piece change hands."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlmodel import Session, col, func, select, update

from commerce.customers.addresses import (
    AddressInput,
    SealedAddress,
    check_address,
    open_address,
    seal_address,
)
from commerce.customers.merging import lock_customer
from commerce.errors import (
    IdempotencyConflict,
    IllegalMove,
    InvalidInput,
    NotFound,
    OutOfStock,
)
from commerce.inserting import affected_rows, core, id_of
from commerce.membership.points import pay_with
from commerce.membership.tables import MallItem, Redemption, RedemptionState
from commerce.promotions import coupons
from commerce.request_numbers import TRIES, new_request_no
from commerce.sealing import Sealer

REDEEMED = "redeemed"


def list_items(session: Session, *, limit: int = 50) -> list[MallItem]:
    """What points buy now, the cheapest first; what is sold out is left out."""
    return list(
        session.exec(
            select(MallItem)
            .where(col(MallItem.is_open), col(MallItem.stock) > 0)
            .order_by(col(MallItem.points), col(MallItem.id))
            .limit(limit)
        )
    )


def get_item(session: Session, item_id: int) -> MallItem:
    """A thing of the mall that is open. Raises NotFound."""
    item = session.get(MallItem, item_id)
    if item is None or not item.is_open:
        raise NotFound("积分商城里没有这件", field="item_id")
    return item


def list_redemptions(
    session: Session, customer_id: int, *, limit: int = 20
) -> Sequence[Redemption]:
    """What the customer has had for points, the latest first."""
    return session.exec(
        select(Redemption)
        .where(Redemption.customer_id == customer_id)
        .order_by(col(Redemption.id).desc())
        .limit(limit)
    ).all()


def redeem(
    session: Session,
    sealer: Sealer,
    *,
    customer_id: int,
    item_id: int,
    expected_points: int,
    idempotency_key: str,
    address: AddressInput | None,
    now: datetime,
) -> Redemption:
    """Take one piece for points: both or neither. The same key again gives the same redemption.

    A coupon is in the customer's hand at once; a thing waits for an operator and needs an address.
    Raises NotFound, InvalidInput, OutOfStock, Insufficient, IllegalMove when the price is no
    longer the expected one or the customer has had as many as one may, IdempotencyConflict.
    """
    customer_id = id_of(lock_customer(session, customer_id))
    address = None if address is None else check_address(address)
    asked = _Asked(customer_id, item_id, expected_points, idempotency_key, address)
    before = _find_before(session, sealer, asked)
    if before is not None:
        return before
    with session.begin_nested():
        core(session)  # Sets the savepoint: SQLAlchemy waits for a statement of its own.
        return _redeem(session, sealer, asked, now)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is wanted, with the customer held and the address checked."""

    customer_id: int
    item_id: int
    points: int
    key: str
    address: AddressInput | None


def _redeem(session: Session, sealer: Sealer, asked: _Asked, now: datetime) -> Redemption:
    item = get_item(session, asked.item_id)
    if item.coupon_template_id is None and asked.address is None:
        raise InvalidInput("兑换实物要有收货地址", field="address")
    if item.points != asked.points:
        raise IllegalMove(f"现在要{item.points}积分", points=item.points)
    _refuse_too_many(session, asked.customer_id, item)
    redemption = _write_down(session, sealer, asked, item, now)
    pay_with(
        session,
        asked.customer_id,
        item.points,
        kind=REDEEMED,
        ref=redemption.redemption_no,
        memo=f"兑换{item.title}",
        now=now,
    )
    _take_piece(session, item)
    _hand_over(session, redemption, item, now)
    return redemption


def _find_before(session: Session, sealer: Sealer, asked: _Asked) -> Redemption | None:
    """The redemption of this very request, if it came before. Raises IdempotencyConflict."""
    before = session.exec(
        select(Redemption).where(
            Redemption.customer_id == asked.customer_id,
            Redemption.idempotency_key == asked.key,
        )
    ).first()
    if before is None:
        return None
    sent_to = _address_of(sealer, before)
    wanted = (asked.item_id, asked.points, None if sent_to is None else asked.address)
    if wanted != (before.item_id, before.points, sent_to):
        raise IdempotencyConflict("这个Idempotency-Key已用于另一次兑换", field="Idempotency-Key")
    return before


def _address_of(sealer: Sealer, redemption: Redemption) -> AddressInput | None:
    """Where a thing goes; None for what is not sent."""
    if redemption.recipient_sealed is None:
        return None
    return open_address(sealer, Redemption.__tablename__, cast("SealedAddress", redemption))


def _refuse_too_many(session: Session, customer_id: int, item: MallItem) -> None:
    """The customer is locked: nobody redeems for them meanwhile."""
    if item.most_each is None:
        return
    had = session.exec(
        select(func.count())
        .select_from(Redemption)
        .where(
            Redemption.customer_id == customer_id,
            Redemption.item_id == item.id,
            Redemption.state != RedemptionState.CALLED_OFF,
        )
    ).one()
    if had >= item.most_each:
        raise IllegalMove(f"“{item.title}”每人最多兑{item.most_each}次，您已经兑过了")


def _write_down(
    session: Session,
    sealer: Sealer,
    asked: _Asked,
    item: MallItem,
    now: datetime,
) -> Redemption:
    row_key = uuid.uuid4().hex
    sealed: dict[str, str | bytes] = {"row_key": row_key}
    if item.coupon_template_id is None and asked.address is not None:
        sealed = seal_address(sealer, Redemption.__tablename__, row_key, asked.address)
    is_coupon = item.coupon_template_id is not None
    redemption = Redemption.model_validate(
        {
            **sealed,
            "redemption_no": _free_number(session, now),
            "customer_id": asked.customer_id,
            "item_id": id_of(item),
            "title": item.title,
            "points": item.points,
            "state": RedemptionState.DONE if is_coupon else RedemptionState.WAITING,
            "idempotency_key": asked.key,
            "at": now,
            "finished_at": now if is_coupon else None,
            "finished_by": "shop" if is_coupon else "",
        }
    )
    session.add(redemption)
    session.flush()
    return redemption


def _free_number(session: Session, now: datetime) -> str:
    for _ in range(TRIES):
        number = new_request_no("JF", now)
        taken = select(Redemption.id).where(Redemption.redemption_no == number)
        if session.exec(taken).first() is None:
            return number
    raise IllegalMove("兑换的人太多了，请稍后再试")


def _take_piece(session: Session, item: MallItem) -> None:
    taken = (
        update(MallItem)
        .where(col(MallItem.id) == item.id, col(MallItem.is_open), col(MallItem.stock) > 0)
        .values(stock=col(MallItem.stock) - 1, redeemed=col(MallItem.redeemed) + 1)
    )
    if affected_rows(session, taken) != 1:
        raise OutOfStock(f"“{item.title}”已经兑完了", lines=[])
    session.expire(item)


def _hand_over(session: Session, redemption: Redemption, item: MallItem, now: datetime) -> None:
    if item.coupon_template_id is None:
        return
    coupon = coupons.give(
        session,
        item.coupon_template_id,
        redemption.customer_id,
        source="mall",
        ref=redemption.redemption_no,
        now=now,
    )
    if coupon is None:
        raise OutOfStock(f"“{item.title}”已经发完了", lines=[])
