"""Stock against its movements, and the ledger against itself, payments and refunds."""

from collections.abc import Iterator
from typing import Any, Final

import sqlalchemy as sql
from sqlmodel import Session, col

from commerce.catalogue.tables import StockMovement, Variant
from commerce.ledger.accounts import AccountKind
from commerce.ledger.auditing import list_discrepancies, totals
from commerce.ledger.tables import LedgerAccount, LedgerEntry
from commerce.ordering.tables import Reservation, ReservationState
from commerce.payments.tables import Payment, PaymentState, Refund, RefundState
from commerce.reconciliation.findings import MOST_OF_A_KIND, Finding
from commerce.reconciliation.tables import FindingKind

FOR_ORDERS: Final = ("reserved", "released")
"""Movements that follow what orders hold and buy."""


def examine_books(session: Session) -> Iterator[Finding]:
    """What does not agree in stock and ledger now. Reads all movements and all entries."""
    yield from _stock(session)
    yield from _reservations(session)
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
    taken = (
        sql.select(
            col(StockMovement.variant_id), (-sql.func.sum(StockMovement.change)).label("pieces")
        )
        .where(col(StockMovement.reason).in_(FOR_ORDERS))
        .group_by(col(StockMovement.variant_id))
        .subquery()
    )
    held = (
        sql.select(col(Reservation.variant_id), sql.func.sum(Reservation.quantity).label("pieces"))
        .where(col(Reservation.state) != ReservationState.RELEASED)
        .group_by(col(Reservation.variant_id))
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
        yield Finding(FindingKind.RESERVATIONS, str(variant_id), int(out), int(wanted))


def _money(session: Session) -> Iterator[Finding]:
    """The identities of `commerce.payments.books`."""
    statement = sql.select(
        _sum(Payment.amount, col(Payment.state) == PaymentState.PAID),
        _sum(Refund.amount, col(Refund.state) == RefundState.SUCCEEDED),
        _sum(Refund.amount, col(Refund.repeats_id).is_(None)),
        _booked(AccountKind.SHOP_MONEY),
        _booked(AccountKind.REFUND_OWED),
    )
    # One statement: between two, somebody may pay.
    paid, sent, promised, money, owed = map(int, session.execute(statement).one())
    for kind, ours, theirs in (
        (AccountKind.SHOP_MONEY, -money, paid - sent),
        (AccountKind.REFUND_OWED, owed, promised - sent),
    ):
        if ours != theirs:
            yield Finding(FindingKind.BOOKS, kind.value, ours, theirs)


def _booked(kind: AccountKind) -> sql.ScalarSelect[Any]:
    accounts = sql.select(col(LedgerAccount.id)).where(col(LedgerAccount.kind) == kind)
    return _sum(LedgerEntry.amount, col(LedgerEntry.account_id).in_(accounts))


def _sum(column: Any, condition: sql.ColumnElement[bool]) -> sql.ScalarSelect[Any]:
    return sql.select(sql.func.coalesce(sql.func.sum(column), 0)).where(condition).scalar_subquery()
