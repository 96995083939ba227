"""Two customers that prove to be one person become one."""

import uuid
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, delete, select, update
from sqlmodel.sql.expression import SelectOfScalar

from commerce.aftersale.tables import AfterSale
from commerce.bargains.joining import join_bargains
from commerce.community.tables import CommunityMember
from commerce.customers.addresses import leave_one_default
from commerce.customers.summary import join_summaries
from commerce.customers.tables import Address, Customer, Identity, SubscriptionChange
from commerce.customers.tags import join_tags
from commerce.distribution.joining import join_promoters
from commerce.errors import NotFound
from commerce.events import announce
from commerce.flash_sales.joining import join_flash_sales
from commerce.group_buys.joining import join_group_holdings
from commerce.group_buys.tables import GroupMember
from commerce.inserting import id_of, insert_once
from commerce.ledger.joining import join_accounts
from commerce.live.reminding import join_reminders
from commerce.membership.joining import join_members
from commerce.ordering.lines import MOST_PIECES
from commerce.ordering.tables import Cart, CartLine, Order
from commerce.privacy.tables import PrivacyRequest, PrivacyState
from commerce.promotions.joining import join_holdings, make_room
from commerce.promotions.tables import Coupon
from commerce.sources.tables import CustomerCame
from commerce.watching.joining import join_watching

MOVED: Final = (
    Identity,
    Order,
    Address,
    AfterSale,
    PrivacyRequest,
    SubscriptionChange,
    Coupon,
    CustomerCame,
    GroupMember,
    CommunityMember,
)
"""Tables whose rows go over to the customer who stays. Carts are joined line by line.

Orders go before what is written under an order's lock: whoever holds one has written it by then.
"""


def merge(session: Session, kept_id: int, gone_id: int, now: datetime) -> Customer:
    """Move all that one customer has to the other; the one that stays. Announces it, once.

    Lines of both carts are summed. Either may have been merged before: what counts is who they
    are now. Merging again changes nothing. Raises NotFound.
    """
    _lock(session, kept_id, gone_id)
    kept, gone = get_customer(session, kept_id), get_customer(session, gone_id)
    if id_of(kept) == id_of(gone):
        return kept
    _lock(session, id_of(kept), id_of(gone))
    _end_repeated_requests(session, id_of(kept), id_of(gone), now)
    make_room(session, id_of(kept), id_of(gone))
    leave_one_default(session, id_of(kept), id_of(gone))
    _move_rows(session, id_of(kept), id_of(gone))
    join_holdings(session, id_of(kept), id_of(gone))
    join_group_holdings(session, id_of(kept), id_of(gone))
    join_members(session, id_of(kept), id_of(gone))
    join_flash_sales(session, id_of(kept), id_of(gone))
    join_bargains(session, id_of(kept), id_of(gone))
    join_promoters(session, id_of(kept), id_of(gone), now)
    join_reminders(session, id_of(kept), id_of(gone))
    join_tags(session, id_of(kept), id_of(gone))
    join_watching(session, id_of(kept), id_of(gone))
    join_accounts(session, id_of(kept), id_of(gone), now)
    _join_carts(session, id_of(kept), id_of(gone), now)
    _note_refusal(session, kept, gone, now)
    kept.created_at = min(kept.created_at, gone.created_at)
    kept.last_seen_at = max(kept.last_seen_at, gone.last_seen_at)
    kept.unsubscribed_at = kept.unsubscribed_at or gone.unsubscribed_at  # A no stays a no.
    gone.merged_into_id = kept.id
    session.add_all((kept, gone))
    join_summaries(session, id_of(kept), id_of(gone))
    announce(session, "customers_merged", now=now, customer_id=kept.id, gone_id=gone.id)
    session.flush()
    return kept


def find_customer(session: Session, customer_id: int) -> Customer | None:
    """The customer, or the one they were merged into; None if there never was such a one."""
    customer = session.get(Customer, customer_id)
    while customer is not None and customer.merged_into_id is not None:
        customer = session.get(Customer, customer.merged_into_id)
    return customer


def get_customer(session: Session, customer_id: int) -> Customer:
    """The customer, or the one they were merged into. Raises NotFound."""
    customer = find_customer(session, customer_id)
    if customer is None:
        raise NotFound("没有这位顾客", customer_id=customer_id)
    return customer


def lock_customer(session: Session, customer_id: int) -> Customer:
    """The customer as they are now, whom nobody merges or changes until the transaction ends.

    Raises NotFound.
    """
    customer = get_customer(session, customer_id)
    _lock(session, id_of(customer))
    if customer.merged_into_id is not None:
        return lock_customer(session, customer.merged_into_id)
    return customer


def ids_of(session: Session, customer_id: int) -> frozenset[int]:
    """The ids of the customer and of all who were merged into them, whoever of these is given."""
    present = find_customer(session, customer_id)
    found = newest = {customer_id} if present is None else {id_of(present)}
    while newest:
        merged = select(Customer.id).where(col(Customer.merged_into_id).in_(newest))
        newest = {each for each in session.exec(merged) if each is not None} - found
        found = found | newest
    return frozenset(found)


def _lock(session: Session, *customer_ids: int) -> None:
    session.exec(
        select(Customer)
        .where(col(Customer.id).in_(customer_ids))
        .order_by(col(Customer.id))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).all()


def _move_rows(session: Session, kept_id: int, gone_id: int) -> None:
    # Both may have used one idempotency key; it was for two requests and stays so.
    used = select(Order.idempotency_key).where(Order.customer_id == kept_id)
    session.exec(
        update(Order)
        .where(col(Order.customer_id) == gone_id, col(Order.idempotency_key).in_(used))
        .values(idempotency_key=col(Order.idempotency_key) + f" of {gone_id}")
        .execution_options(synchronize_session="fetch")
    )
    for table in MOVED:
        session.exec(
            update(table).where(col(table.customer_id) == gone_id).values(customer_id=kept_id)
        )


def _end_repeated_requests(session: Session, kept_id: int, gone_id: int, now: datetime) -> None:
    """What both asked about their data is asked once: the earlier request stays."""
    live = (
        select(PrivacyRequest)
        .where(
            col(PrivacyRequest.customer_id).in_((kept_id, gone_id)),
            PrivacyRequest.state == PrivacyState.RECEIVED,
        )
        .order_by(col(PrivacyRequest.due_at), col(PrivacyRequest.id))
    )
    seen: set[str] = set()
    for request in session.exec(live):
        if request.kind in seen:
            request.state, request.finished_at = PrivacyState.WITHDRAWN, now
            request.finished_by = "merge"
            session.add(request)
        seen.add(request.kind)
    session.flush()


def _note_refusal(session: Session, kept: Customer, gone: Customer, now: datetime) -> None:
    """Say in the customer's history that a no came over with the other record."""
    if (kept.unsubscribed_at is None) == (gone.unsubscribed_at is None):
        return
    session.add(
        SubscriptionChange(
            row_key=uuid.uuid4().hex,
            customer_id=id_of(kept),
            wants_messages=False,
            channel="merge",
            at=now,
        )
    )


def _join_carts(session: Session, kept_id: int, gone_id: int, now: datetime) -> None:
    given = session.exec(_cart(gone_id)).first()
    if given is None:
        return
    insert_once(session, Cart, customer_id=kept_id, updated_at=now)
    cart = session.exec(_cart(kept_id)).one()
    lines = {line.variant_id: line for line in session.exec(_lines(id_of(cart)))}
    for line in session.exec(_lines(id_of(given))).all():
        same = lines.get(line.variant_id)
        if same is None:
            line.cart_id = id_of(cart)
            session.add(line)
        else:
            same.quantity = min(same.quantity + line.quantity, MOST_PIECES)
            session.add(same)
            session.delete(line)
    session.flush()
    session.exec(delete(Cart).where(col(Cart.id) == given.id))


def _cart(customer_id: int) -> SelectOfScalar[Cart]:
    return select(Cart).where(Cart.customer_id == customer_id).with_for_update(key_share=True)


def _lines(cart_id: int) -> SelectOfScalar[CartLine]:
    return (
        select(CartLine)
        .where(CartLine.cart_id == cart_id)
        .order_by(col(CartLine.id))
        .execution_options(populate_existing=True)
    )
