"""Knowing a customer again, by channel, and across channels by unionid."""

from datetime import datetime
from typing import Final

from sqlmodel import Session, col, delete, select

from commerce.customers.merging import get_customer, merge
from commerce.customers.summary import begin, note_seen, refresh
from commerce.customers.tables import Customer, Identity
from commerce.errors import InvalidInput, NotFound
from commerce.inserting import id_of, insert_once

LONGEST_NAME: Final = 128


def identify(
    session: Session,
    channel: str,
    account: str,
    external_user: str,
    now: datetime,
    unionid: str | None = None,
    follows: bool | None = None,
) -> Customer:
    """The customer behind a channel's user, made known if new, and seen just now.

    Two identities with the same unionid are one person (WeChat UnionID docs: equal for one user
    in all apps of an open-platform account): their customers become one. `follows` says that
    they began or ceased to follow the account; None that nothing changed.
    """
    identity = find_identity(session, channel, account, external_user)
    if identity is None:
        identity = _introduce(session, channel, account, external_user, now, unionid)
    is_turned = follows is not None and follows != identity.follows
    if follows is not None:
        identity.follows = follows
    if unionid:
        identity.unionid = unionid
    session.add(identity)
    customer = get_customer(session, identity.customer_id)
    if unionid:
        customer = _join(session, customer, unionid, now)
    if customer.last_seen_at < now:
        customer.last_seen_at = now
        session.add(customer)
        note_seen(session, id_of(customer), now)
    session.flush()
    if is_turned:
        refresh(session, id_of(customer))
    return customer


def note_follower(session: Session, channel: str, account: str, external_user: str) -> None:
    """Note that a known user follows the account, told by the platform and not by an event."""
    identity = find_identity(session, channel, account, external_user)
    if identity is None or identity.follows:
        return
    identity.follows = True
    session.add(identity)
    session.flush()
    refresh(session, id_of(get_customer(session, identity.customer_id)))


def link_unionid(
    session: Session, *, channel: str, account: str, external_user: str, unionid: str, now: datetime
) -> Customer:
    """Note the unionid of a known user and join whoever shares it, without seeing them now.

    Raises NotFound when the channel's user is not known.
    """
    identity = find_identity(session, channel, account, external_user)
    if identity is None:
        raise NotFound("没有这位顾客")
    identity.unionid = unionid
    session.add(identity)
    return _join(session, get_customer(session, identity.customer_id), unionid, now)


def find_identity(
    session: Session, channel: str, account: str, external_user: str
) -> Identity | None:
    """The identity of a channel's user, or None."""
    statement = select(Identity).where(
        Identity.channel == channel,
        Identity.account == account,
        Identity.external_user == external_user,
    )
    return session.exec(statement).first()


def list_identities(session: Session, customer_id: int) -> list[Identity]:
    """Every way the customer is known, oldest first."""
    statement = (
        select(Identity).where(Identity.customer_id == customer_id).order_by(col(Identity.id))
    )
    return list(session.exec(statement))


def _introduce(
    session: Session,
    channel: str,
    account: str,
    external_user: str,
    now: datetime,
    unionid: str | None,
) -> Identity:
    if not 0 < len(external_user) <= LONGEST_NAME:
        raise InvalidInput("用户标识无效", field="external_user")
    known = _find_by_unionid(session, unionid) if unionid else None
    customer_id = known or _new_customer(session, now)
    is_ours = insert_once(
        session,
        Identity,
        customer_id=customer_id,
        channel=channel,
        account=account,
        external_user=external_user,
        unionid=unionid,
        follows=False,
        created_at=now,
    )
    if is_ours:
        begin(session, customer_id, now)
    elif known is None:  # Somebody else introduced them in this moment.
        session.exec(delete(Customer).where(col(Customer.id) == customer_id))
    identity = find_identity(session, channel, account, external_user)
    assert identity is not None  # noqa: S101 - it was there, or was inserted above
    return identity


def _new_customer(session: Session, now: datetime) -> int:
    customer = Customer(created_at=now, last_seen_at=now)
    session.add(customer)
    session.flush()
    return id_of(customer)


def _find_by_unionid(session: Session, unionid: str) -> int | None:
    statement = (
        select(Identity.customer_id)
        .where(Identity.unionid == unionid)
        .order_by(col(Identity.customer_id))
        .limit(1)
    )
    return session.exec(statement).first()


def _join(session: Session, customer: Customer, unionid: str, now: datetime) -> Customer:
    """Make one customer of all who have this unionid; the oldest is kept."""
    session.flush()
    statement = select(Identity.customer_id).where(Identity.unionid == unionid).distinct()
    kept, *gone = sorted({*session.exec(statement), id_of(customer)})
    for customer_id in gone:
        customer = merge(session, kept, customer_id, now)
    return customer
