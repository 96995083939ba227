"""Stock against its movements, and the ledger against itself, payments and refunds."""

from collections.abc import Iterator
from typing import Any, Final

import sqlalchemy as sql
from sqlmodel import Session, col

from commerce.catalogue.tables import StockMovement, Variant
from commerce.distribution.tables import Withdrawal, WithdrawalState
from commerce.distribution.withdrawals import LIVE
from commerce.flash_sales.tables import FlashItem
from commerce.ledger.accounts import AccountKind
from commerce.ledger.auditing import list_discrepancies, totals
from commerce.ledger.tables import LedgerAccount, LedgerEntry
from commerce.ordering.tables import Reservation, ReservationState
from commerce.payments.tables import Payment, PaymentState, Refund, RefundState
from commerce.reconciliation.findings import MOST_OF_A_KIND, Finding
from commerce.reconciliation.tables import FindingKind

FOR_ORDERS: Final = ("reserved", "released")
"""Movements that follow what orders hold and buy."""
FOR_SALES: Final = ("set_aside", "put_back")
"""Movements that follow what flash sales have left."""


def examine_books(session: Session) -> Iterator[Finding]:
    """What does not agree in stock and ledger now. Reads all movements and all entries."""
    yield from _stock(session)
    yield from _reservations(session)
    yield from _set_aside(session)
    for unit, total in sorted(totals(session).items()):
        if total:
            yield Finding(FindingKind.LEDGER_SUM, unit, total, 0)
    for each in list_discrepancies(session)[:MOST_OF_A_KIND]:
        subject = f"{each.kind} {each.owner_id}"
        yield Finding(FindingKind.LEDGER_BALANCE, subject, each.balance, each.entries)
    yield from _money(session)


def _stock(session: Session) -> Iterator[Finding]:
    moved = (
        sql.select(
            col(StockMovement.variant_id), sql.func.sum(StockMovement.change).label("pieces")
        )
        .group_by(col(StockMovement.variant_id))
        .subquery()
    )
    pieces = sql.func.coalesce(moved.c.pieces, 0)
    statement = (
        sql.select(col(Variant.id), col(Variant.stock), pieces)
        .join(moved, moved.c.variant_id == col(Variant.id), isouter=True)
        .where(col(Variant.stock) != pieces)
        .order_by(col(Variant.id))
        .limit(MOST_OF_A_KIND)
    )
    for variant_id, stock, total in session.execute(statement):
        yield Finding(FindingKind.STOCK, str(variant_id), stock, int(total))


def _reservations(session: Session) -> Iterator[Finding]:
    held = (
        sql.select(col(Reservation.variant_id), sql.func.sum(Reservation.quantity).label("pieces"))
        .where(col(Reservation.state) != ReservationState.RELEASED)
        .group_by(col(Reservation.variant_id))
        .subquery()
    )
    yield from _taken_out(session, FindingKind.RESERVATIONS, FOR_ORDERS, held)


def _set_aside(session: Session) -> Iterator[Finding]:
    left = (
        sql.select(col(FlashItem.variant_id), sql.func.sum(FlashItem.left).label("pieces"))
        .group_by(col(FlashItem.variant_id))
        .subquery()
    )
    yield from _taken_out(session, FindingKind.SET_ASIDE, FOR_SALES, left)


def _taken_out(
    session: Session, kind: FindingKind, reasons: tuple[str, ...], held: sql.Subquery
) -> Iterator[Finding]:
    """Pieces of each variant that left stock for these reasons, against those that are `held`."""
    taken = (
        sql.select(
            col(StockMovement.variant_id), (-sql.func.sum(StockMovement.change)).label("pieces")
        )
        .where(col(StockMovement.reason).in_(reasons))
        .group_by(col(StockMovement.variant_id))
        .subquery()
    )
    ours, theirs = sql.func.coalesce(taken.c.pieces, 0), sql.func.coalesce(held.c.pieces, 0)
    statement = (
        sql.select(col(Variant.id), ours, theirs)
        .join(taken, taken.c.variant_id == col(Variant.id), isouter=True)
        .join(held, held.c.variant_id == col(Variant.id), isouter=True)
        .where(ours != theirs)
        .order_by(col(Variant.id))
        .limit(MOST_OF_A_KIND)
    )
    for variant_id, out, wanted in session.execute(statement):
        yield Finding(kind, str(variant_id), int(out), int(wanted))


def _money(session: Session) -> Iterator[Finding]:
    """The identities of `commerce.payments.books` and of `commerce.distribution`."""
    statement = sql.select(
        _sum(Payment.amount, col(Payment.state) == PaymentState.PAID),
        _sum(Refund.amount, col(Refund.state) == RefundState.SUCCEEDED),
        _sum(Refund.amount, col(Refund.repeats_id).is_(None)),
        _booked(AccountKind.SHOP_MONEY),
        _booked(AccountKind.REFUND_OWED),
        _sum(Withdrawal.net, col(Withdrawal.state) == WithdrawalState.PAID),
        _sum(Withdrawal.amount, col(Withdrawal.state).in_(LIVE)),
        _booked(AccountKind.WITHDRAWAL_IN_TRANSIT),
    )
    # One statement: between two, somebody may pay.
    row = session.execute(statement).one()
    paid, sent, promised, money, owed, paid_out, asked, in_transit = map(int, row)
    for kind, ours, theirs in (
        (AccountKind.SHOP_MONEY, -money, paid - sent - paid_out),
        (AccountKind.REFUND_OWED, owed, promised - sent),
        (AccountKind.WITHDRAWAL_IN_TRANSIT, in_transit, asked),
    ):
        if ours != theirs:
            yield Finding(FindingKind.BOOKS, kind.value, ours, theirs)


def _booked(kind: AccountKind) -> sql.ScalarSelect[Any]:
    accounts = sql.select(col(LedgerAccount.id)).where(col(LedgerAccount.kind) == kind)
    return _sum(LedgerEntry.amount, col(LedgerEntry.account_id).in_(accounts))


def _sum(column: Any, condition: sql.ColumnElement[bool]) -> sql.ScalarSelect[Any]:
    return sql.select(sql.func.coalesce(sql.func.sum(column), 0)).where(condition).scalar_subquery()
