"""The code that fetches an order: given when it is paid, good once, at its own store alone."""

import re
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlmodel import Session, col, select, update

from commerce.aftersale.refunded import kept_of
from commerce.inserting import affected_rows, id_of, insert_once
from commerce.ordering.orders import list_lines
from commerce.ordering.receipt import is_asked_about, receive
from commerce.ordering.states import AWAITS_PICKUP, lock_order, state_name
from commerce.ordering.tables import Order, OrderLine
from commerce.parcels.pieces import take, waiting_pieces
from commerce.pickup.stores import get_store
from commerce.pickup.tables import MOST_TRIES, PickupCode, PickupTries
from commerce.sealing import Place, Sealer

DIGITS: Final = 8
FETCHED: Final = "到店取货"
_TRIES_FOR_A_CODE: Final = 5
_BETWEEN: Final = re.compile(r"[\s-]+")


class Redeemed(StrEnum):
    """What became of a code that was shown at a counter."""

    DONE = "done"
    UNKNOWN = "unknown"
    OTHER_STORE = "other_store"
    ALREADY = "already"
    NOT_NOW = "not_now"
    TOO_OFTEN = "too_often"


@dataclass(frozen=True, slots=True)
class Redemption:
    """What the clerk is told; with DONE, `pieces` are to be handed over."""

    outcome: Redeemed
    words: str
    order_no: str = ""
    pieces: Sequence[tuple[OrderLine, int]] = ()


def give_code(session: Session, sealer: Sealer, order_id: int, now: datetime) -> PickupCode | None:
    """The code of a paid order that is fetched, made if there is none; None for any other order.

    One whose group may still fail has none yet.
    """
    order = lock_order(session, order_id)
    waits = order.state in AWAITS_PICKUP and not order.awaits_group
    if order.pickup_store_id is None or not waits:
        return None
    for _ in range(_TRIES_FOR_A_CODE):
        known = session.get(PickupCode, order_id)
        if known is not None:
            return known
        code, row_key = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}", uuid.uuid4().hex
        insert_once(
            session,
            PickupCode,
            order_id=order_id,
            store_id=order.pickup_store_id,
            row_key=row_key,
            digest=_digest(sealer, code),
            code_sealed=sealer.seal(code, _place(row_key)),
            given_at=now,
        )
    raise RuntimeError("no free pick-up code was found")  # A hundred million: it cannot be.


def read_code(sealer: Sealer, given: PickupCode) -> str:
    """The eight digits, for the order's own customer."""
    return sealer.open(given.code_sealed, _place(given.row_key))


def list_codes(session: Session, order_ids: Sequence[int]) -> dict[int, PickupCode]:
    """Codes of orders, by the order's id; those that have none are left out."""
    found = select(PickupCode).where(col(PickupCode.order_id).in_(order_ids))
    statement = found.execution_options(populate_existing=True)
    return {each.order_id: each for each in session.exec(statement)}


def redeem(
    session: Session, sealer: Sealer, code: str, *, store_id: int, actor: str, now: datetime
) -> Redemption:
    """A clerk takes a code, and hands the order over if it is good here. Raises NotFound.

    A code that is not good is told in the answer, not raised: the store's count of tries must be
    kept. The goods leave and the order is received in this transaction, once.
    """
    get_store(session, store_id)
    if not _claim_try(session, store_id, now):
        return Redemption(Redeemed.TOO_OFTEN, "错误次数太多，请过一分钟再试。")
    digits = _BETWEEN.sub("", code)
    given = session.exec(
        select(PickupCode).where(PickupCode.digest == _digest(sealer, digits))
    ).first()
    if given is None:
        return Redemption(Redeemed.UNKNOWN, "没有这个取货码，请和顾客核对8位数字。")
    if given.store_id != store_id:
        named = get_store(session, given.store_id).name
        return Redemption(Redeemed.OTHER_STORE, f"这个码要在{named}取货，这里取不了。")
    _give_try_back(session, store_id)  # The code is this store's: nobody was guessing.
    order = lock_order(session, given.order_id)
    refusal = _refusal(session, order, given)
    return refusal or _hand_over(session, order, actor=actor, now=now)


def _hand_over(session: Session, order: Order, *, actor: str, now: datetime) -> Redemption:
    order_id = id_of(order)
    guarded = (
        update(PickupCode)
        .where(col(PickupCode.order_id) == order_id, col(PickupCode.redeemed_at).is_(None))
        .values(redeemed_at=now, redeemed_by=actor)
        .execution_options(synchronize_session="fetch")
    )
    if session.exec(guarded).rowcount != 1:
        return _already(order)
    lines = list_lines(session, order)
    kept = kept_of(session, order).pieces
    for line in lines:
        waiting = waiting_pieces(session, [line]).get(id_of(line), 0)
        if waiting:
            take(session, line, waiting)
    receive(session, order_id, actor=actor, reason=FETCHED, now=now)
    pieces = [(line, kept[id_of(line)]) for line in lines if kept[id_of(line)]]
    return Redemption(Redeemed.DONE, "核销成功，请交货。", order.order_no, pieces)


def _refusal(session: Session, order: Order, given: PickupCode) -> Redemption | None:
    if given.redeemed_at is not None:
        return _already(order)
    if order.state not in AWAITS_PICKUP or order.awaits_group:
        words = f"订单{state_name(order)}，不能取货。"
        return Redemption(Redeemed.NOT_NOW, words, order.order_no)
    if is_asked_about(session, order):
        words = "这笔订单有正在办的售后申请，办完才能取货。"
        return Redemption(Redeemed.NOT_NOW, words, order.order_no)
    return None


def _already(order: Order) -> Redemption:
    return Redemption(Redeemed.ALREADY, "这个码已经核销过，货已经取走了。", order.order_no)


def _claim_try(session: Session, store_id: int, now: datetime) -> bool:
    """Count a try before the code is looked at: those that come at once are counted, too."""
    minute, row = now.replace(second=0, microsecond=0), PickupTries
    insert_once(session, row, store_id=store_id, minute=minute, tries=0)
    of_store = update(row).where(col(row.store_id) == store_id)
    affected_rows(session, of_store.where(col(row.minute) < minute).values(minute=minute, tries=0))
    guarded = of_store.where(col(row.tries) < MOST_TRIES).values(tries=col(row.tries) + 1)
    return affected_rows(session, guarded) == 1


def _give_try_back(session: Session, store_id: int) -> None:
    row = PickupTries
    of_store = update(row).where(col(row.store_id) == store_id, col(row.tries) > 0)
    affected_rows(session, of_store.values(tries=col(row.tries) - 1))


def _digest(sealer: Sealer, code: str) -> str:
    return sealer.digest(code, "pickup code")


def _place(row_key: str) -> Place:
    return Place(PickupCode.__tablename__, "code", row_key)
