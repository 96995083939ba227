"""One customer with all that the shop knows of them. Addresses are covered."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select

from bot.console.pages.customer_list import CustomerRow, rows_of
from bot.console.pages.order_list import OrderRow
from bot.console.pages.order_list import rows_of as order_rows
from bot.tables import Conversation
from commerce.community.queries import groups_of
from commerce.community.tables import CommunityGroup
from commerce.customers.address_book import BookAddress, list_book
from commerce.customers.addresses import mask_phone
from commerce.customers.identities import list_identities
from commerce.customers.merging import get_customer
from commerce.customers.subscription import list_changes, read_words
from commerce.customers.tables import Identity, SubscriptionChange
from commerce.inserting import id_of
from commerce.ledger.statements import StatementLine
from commerce.membership.levels import Standing, standing
from commerce.membership.points import points_statement
from commerce.ordering.tables import Order
from commerce.promotions.coupons import HeldCoupon, list_gone, list_held
from commerce.sealing import Sealer
from commerce.sources.tables import CustomerCame, SourceCode

MOST_ORDERS: Final = 10
MOST_LINES: Final = 20


@dataclass(frozen=True, slots=True)
class CustomerSeen:
    """A customer as their page shows them."""

    row: CustomerRow
    standing: Standing
    identities: Sequence[Identity]
    talks: Sequence[Conversation]
    orders: Sequence[OrderRow]
    points: Sequence[StatementLine]
    held: Sequence[HeldCoupon]
    gone: Sequence[HeldCoupon]
    addresses: Sequence[BookAddress]
    came: Sequence[tuple[CustomerCame, str]]
    groups: Sequence[CommunityGroup]
    changes: Sequence[tuple[SubscriptionChange, str]]
    """Of their mind about campaign messages, with what they said."""

    @property
    def number(self) -> int:
        """The customer's id."""
        return id_of(self.row.customer)


def view(session: Session, sealer: Sealer, customer_id: int, now: datetime) -> CustomerSeen:
    """The customer of that id, or whom they proved to be. Raises NotFound."""
    customer = get_customer(session, customer_id)
    kept_id = id_of(customer)
    (row,) = rows_of(session, [customer])
    talks = select(Conversation).where(Conversation.customer_id == kept_id)
    return CustomerSeen(
        row=row,
        standing=standing(session, kept_id),
        identities=list_identities(session, kept_id),
        talks=session.exec(talks.order_by(col(Conversation.updated_at).desc())).all(),
        orders=_orders(session, kept_id),
        points=points_statement(session, kept_id, limit=MOST_LINES).lines,
        held=list_held(session, kept_id, now),
        gone=list_gone(session, kept_id, now)[-MOST_LINES:],
        addresses=[_covered(each) for each in list_book(session, sealer, kept_id)],
        came=_came(session, kept_id),
        groups=groups_of(session, kept_id),
        changes=[(each, read_words(sealer, each)) for each in list_changes(session, kept_id)],
    )


def _orders(session: Session, customer_id: int) -> list[OrderRow]:
    latest = select(Order).where(Order.customer_id == customer_id)
    found = session.exec(latest.order_by(col(Order.id).desc()).limit(MOST_ORDERS)).all()
    return order_rows(session, found)


def _came(session: Session, customer_id: int) -> list[tuple[CustomerCame, str]]:
    statement = (
        select(CustomerCame, SourceCode.name)
        .join(SourceCode, col(SourceCode.code) == col(CustomerCame.code))
        .where(CustomerCame.customer_id == customer_id)
        .order_by(col(CustomerCame.id).desc())
        .limit(MOST_LINES)
    )
    return [(came, name) for came, name in session.exec(statement)]


def _covered(kept: BookAddress) -> BookAddress:
    """Enough to recognise an address by; the whole stands with the order that is sent there."""
    address = kept.address
    covered = replace(
        address,
        recipient=f"{address.recipient[:1]}**",
        phone=mask_phone(address.phone),
        detail="（已隐藏）" if address.detail else "",
    )
    return replace(kept, address=covered)
