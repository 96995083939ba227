"""What WeChat is to be told of a paid order's parcels, and what has been told.

WeChat 发货信息录入 documentation: paid money stays frozen until shipping is told and receipt
confirmed; an order in several parcels may be told bit by bit; what was told whole may be put
right once.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, func, select, update

from commerce.inserting import id_of
from commerce.ordering.orders import list_lines
from commerce.ordering.states import lock_order
from commerce.ordering.tables import Order, OrderLine, OrderState
from commerce.parcels.pieces import list_pieces
from commerce.parcels.tables import Parcel, ReportState, ShippingReport
from commerce.parcels.tracking import list_parcels
from commerce.payments.refunds import find_kept_payment
from commerce.payments.tables import Payment

MOST_PARCELS: Final = 15
CORRECTED_BEFORE: Final = "微信只允许更正一次发货信息，已经用过了"
TOO_MANY: Final = f"微信最多接受{MOST_PARCELS}个包裹"
_UNTOLD: Final = (OrderState.UNPAID, OrderState.PAID, OrderState.CLOSED)
_UNFETCHED: Final = (*_UNTOLD, OrderState.PACKED)
_COUNTS: Final = (ReportState.WANTED, ReportState.TAKEN)
"""States of a report that WeChat knows, or is about to."""


@dataclass(frozen=True, slots=True)
class Told:
    """What one report says. `parcels` come with what they hold, in the order they left.

    An order that was fetched has none: `fetched` is what it held.
    """

    report: ShippingReport
    order: Order
    payment: Payment
    parcels: Sequence[tuple[Parcel, Sequence[tuple[OrderLine, int]]]]
    fetched: Sequence[tuple[OrderLine, int]] = ()


def want_report(session: Session, order_id: int, now: datetime) -> Told | None:
    """Write down the report that an order's present parcels call for; None when none is.

    One that is fetched calls for a report once it is received.
    What was told before is not told again. A report that WeChat would refuse, since the payment
    was put right once or has too many parcels, is written down as refused by ourselves.
    """
    order = lock_order(session, order_id)
    payment, parcels = find_kept_payment(session, order), list_parcels(session, [order_id])
    if payment is None or payment.refunded == payment.amount:
        return None
    is_fetched = order.pickup_store_id is not None
    if order.state in (_UNFETCHED if is_fetched else _UNTOLD) or not (parcels or is_fetched):
        return None
    is_whole = order.state != OrderState.PACKED
    digest, earlier = _digest(parcels, is_whole=is_whole), _list_reports(session, payment)
    if earlier and earlier[-1].digest == digest:
        return None
    report = _next(id_of(payment), earlier, digest, now, count=len(parcels), is_whole=is_whole)
    session.add(report)
    session.flush()
    pieces = list_pieces(session, [id_of(parcel) for parcel in parcels])
    whole = [(line, line.quantity) for line in list_lines(session, order)]
    held = [(parcel, pieces[id_of(parcel)] or whole) for parcel in parcels]
    return Told(report, order, payment, held, whole if is_fetched else ())


def is_overtaken(session: Session, report_id: int) -> bool:
    """Whether a later report of the same payment says all that this one would, and more."""
    report = session.get_one(ShippingReport, report_id)
    newest = select(func.max(ShippingReport.number)).where(
        ShippingReport.payment_id == report.payment_id,
        col(ShippingReport.state).in_(_COUNTS),
    )
    return (session.exec(newest).one() or 0) > report.number


def record_report(
    session: Session, report_id: int, state: ReportState, reason: str, now: datetime
) -> bool:
    """Write down what became of a report, once; whether that was news."""
    guarded = (
        update(ShippingReport)
        .where(
            col(ShippingReport.id) == report_id,
            col(ShippingReport.state) == ReportState.WANTED,
        )
        .values(state=state, reason=reason, finished_at=now)
        .execution_options(synchronize_session="fetch")
    )
    return session.exec(guarded).rowcount == 1


def list_refused(session: Session, *, limit: int = 100) -> Sequence[ShippingReport]:
    """Reports that were refused and of which nothing later was told, newest first."""
    later = select(ShippingReport.payment_id, func.max(ShippingReport.number).label("number"))
    newest = later.group_by(col(ShippingReport.payment_id)).subquery()
    statement = (
        select(ShippingReport)
        .join(
            newest,
            (newest.c.payment_id == ShippingReport.payment_id)
            & (newest.c.number == ShippingReport.number),
        )
        .where(ShippingReport.state == ReportState.REFUSED)
        .order_by(col(ShippingReport.id).desc())
        .limit(limit)
    )
    return session.exec(statement).all()


def _next(
    payment_id: int,
    earlier: Sequence[ShippingReport],
    digest: str,
    now: datetime,
    *,
    count: int,
    is_whole: bool,
) -> ShippingReport:
    known = [each for each in earlier if each.state in _COUNTS]
    is_split = count > 1 or not is_whole or any(each.is_split for each in known)
    is_correction = any(each.is_whole or each.is_split != is_split for each in known)
    refusal = TOO_MANY if count > MOST_PARCELS else ""
    if is_correction and any(each.is_correction for each in earlier):
        refusal = CORRECTED_BEFORE
    return ShippingReport(
        payment_id=payment_id,
        number=len(earlier) + 1,
        digest=digest,
        is_split=is_split,
        is_whole=is_whole,
        is_correction=is_correction and not refusal,
        state=ReportState.REFUSED if refusal else ReportState.WANTED,
        reason=refusal,
        created_at=now,
        finished_at=now if refusal else None,
    )


def _list_reports(session: Session, payment: Payment) -> Sequence[ShippingReport]:
    statement = select(ShippingReport).where(ShippingReport.payment_id == payment.id)
    return session.exec(statement.order_by(col(ShippingReport.number))).all()


def _digest(parcels: Sequence[Parcel], *, is_whole: bool) -> str:
    named = [f"{parcel.carrier}:{parcel.tracking_no}" for parcel in parcels]
    return hashlib.sha256("|".join([*named, str(is_whole)]).encode()).hexdigest()
