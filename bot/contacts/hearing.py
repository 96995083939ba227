"""What follows when a customer adds one of the shop's people in WeCom, changes or leaves."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlmodel import Session, col, select, update

from bot import outbox
from bot.contacts import codes
from bot.contacts.standing import follow_contact
from bot.contacts.tables import Contact, Place
from bot.contacts.welcomes import choose_welcome
from bot.handlers.product_cards import card_of_product
from bot.outbox import Post
from commerce.catalogue.queries import find_product
from commerce.customers.identities import identify
from commerce.customers.merging import ids_of
from commerce.customers.tag_tables import Tag
from commerce.customers.tags import tag_customer
from commerce.events import announce
from commerce.inserting import affected_rows, id_of, insert_once
from commerce.sealing import Sealer

CHANNEL: Final = "wecom_contact"
"""How a contact is known among a customer's identities; nobody chats there through us."""
WELCOME: Final = "wecom.welcome"
PROFILE: Final = "wecom.contact_profile"
TAGS: Final = "wecom.contact_tags"
CODE_LIVES: Final = timedelta(seconds=20)
"""A WelcomeCode is good so long, once (企业微信 发送新客户欢迎语)."""


@dataclass(frozen=True, slots=True)
class Added:
    """Somebody was added. `at` is when, by the event."""

    userid: str
    external_userid: str
    state: str
    welcome_code: str
    at: datetime


def contact_added(
    session: Session, sealer: Sealer, corp_id: str, added: Added, now: datetime
) -> None:
    """Know the customer, welcome them, count them for their code, and tag them."""
    who = identify(session, CHANNEL, corp_id, added.external_userid, now)
    customer_id = id_of(who)
    code = codes.find_code(session, added.state) if added.state else None
    is_new = _note(session, added, customer_id, "" if code is None else code.key, now)
    if added.welcome_code:
        _welcome(session, sealer, added, now)
    if not is_new:
        return
    announce(
        session,
        "contact_added",
        now=now,
        customer_id=customer_id,
        userid=added.userid,
        code=added.state,
    )
    told = {"external_userid": added.external_userid, "corp_id": corp_id}
    key = f"contact-profile:{added.external_userid}:{added.at.timestamp():.0f}"
    outbox.post(session, sealer, Post(key=key, kind=PROFILE, payload=told), now)
    if code is None:
        return
    codes.count_added(session, code, added.userid, now)
    codes.tell_wecom(session, sealer, code, now)
    _tag(session, sealer, added, customer_id, code.tag_ids, f"code:{code.key}", now)


def contact_ended(
    session: Session, userid: str, external_userid: str, *, by_customer: bool, now: datetime
) -> bool:
    """One of the two has deleted the other; whether that is news. Announces `contact_lost`."""
    statement = (
        update(Contact)
        .where(
            col(Contact.userid) == userid,
            col(Contact.external_userid) == external_userid,
            col(Contact.ended_at).is_(None),
        )
        .values(ended_at=now, ended_by="customer" if by_customer else "staff")
    )
    if affected_rows(session, statement) != 1:
        return False
    contact = session.exec(_contact(userid, external_userid)).one()
    follow_contact(session, contact.customer_id)
    subject = {"customer_id": contact.customer_id, "userid": userid, "by_customer": by_customer}
    announce(session, "contact_lost", now=now, **subject)
    return True


def want_profile(
    session: Session, sealer: Sealer, corp_id: str, external_userid: str, digest: str, now: datetime
) -> None:
    """Ask WeCom who a contact is and which tags they bear: something about them was edited."""
    told = {"external_userid": external_userid, "corp_id": corp_id}
    message = Post(key=f"contact-profile:{external_userid}:{digest}", kind=PROFILE, payload=told)
    outbox.post(session, sealer, message, now)


def want_tags(
    session: Session,
    sealer: Sealer,
    customer_id: int,
    *,
    add: list[str],
    remove: list[str],
    cause: str,
    now: datetime,
) -> int:
    """Have WeCom put tags on the customer, and take some off, for each who has them as a contact.

    `add` and `remove` are WeCom's ids of tags. How many calls that takes.
    """
    customer_ids = ids_of(session, customer_id)
    contacts = session.exec(
        select(Contact).where(
            col(Contact.customer_id).in_(customer_ids), col(Contact.ended_at).is_(None)
        )
    ).all()
    if not add and not remove:
        return 0
    for contact in contacts:
        payload: dict[str, Any] = {
            "userid": contact.userid,
            "external_userid": contact.external_userid,
            "customer_id": customer_id,
            "add": add,
            "remove": remove,
        }
        key = f"contact-tags:{contact.userid}:{contact.external_userid}:{cause}"
        outbox.post(session, sealer, Post(key=key, kind=TAGS, payload=payload), now)
    return len(contacts)


def _note(session: Session, added: Added, customer_id: int, code_key: str, now: datetime) -> bool:
    """Keep who added whom; false for what is known already."""
    row = {
        "customer_id": customer_id,
        "code_key": code_key,
        "added_at": now,
        "ended_at": None,
        "ended_by": "",
    }
    who = {"userid": added.userid, "external_userid": added.external_userid}
    if insert_once(session, Contact, **who, **row):
        follow_contact(session, customer_id)
        return True
    statement = (
        update(Contact)
        .where(
            col(Contact.userid) == added.userid,
            col(Contact.external_userid) == added.external_userid,
            col(Contact.ended_at).is_not(None),
        )
        .values(**row)
    )
    if affected_rows(session, statement) != 1:
        return False
    follow_contact(session, customer_id)
    return True


def _welcome(session: Session, sealer: Sealer, added: Added, now: datetime) -> None:
    welcome = choose_welcome(session, Place.CONTACT, added.state, added.at)
    if welcome is None:
        return
    payload: dict[str, Any] = {"welcome_code": added.welcome_code, "words": welcome.words}
    product = None if welcome.product_id is None else find_product(session, welcome.product_id)
    if product is not None:
        card = card_of_product(product, f"welcome-{welcome.id}")
        payload["card"] = {"title": card.title, "path": card.path, "picture": card.picture}
    message = Post(
        key=f"welcome:{added.welcome_code}",
        kind=WELCOME,
        payload=payload,
        not_after=added.at + CODE_LIVES,
    )
    outbox.post(session, sealer, message, now)


def _tag(
    session: Session,
    sealer: Sealer,
    added: Added,
    customer_id: int,
    tag_ids: list[int],
    by: str,
    now: datetime,
) -> None:
    for tag_id in tag_ids:
        tag_customer(session, customer_id, tag_id, by, now)
    known = session.exec(select(Tag.platform_id).where(col(Tag.id).in_(tag_ids))).all()
    cause = f"{by}:{added.at.timestamp():.0f}"
    add = [each for each in known if each]
    want_tags(session, sealer, customer_id, add=add, remove=[], cause=cause, now=now)


def _contact(userid: str, external_userid: str) -> Any:
    return select(Contact).where(
        Contact.userid == userid, Contact.external_userid == external_userid
    )
