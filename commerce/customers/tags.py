"""Tags that the shop puts on customers, and their like in WeCom (企业标签)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, delete, select, update

from commerce.customers.tag_tables import Tag, Tagged
from commerce.errors import InvalidInput
from commerce.inserting import affected_rows, insert_once

LONGEST_NAME: Final = 30
"""Characters of a tag's name, and of its group's (企业微信 添加企业客户标签)."""


def save_tag(
    session: Session, group_name: str, name: str, *, platform_id: str | None = None
) -> Tag:
    """The tag of that name, made if need be; known to WeCom by `platform_id` from now on.

    A tag that WeCom knows keeps its id here when it is given another name there. Raises
    InvalidInput.
    """
    for value, field in ((group_name, "group_name"), (name, "name")):
        if not 0 < len(value.strip()) <= LONGEST_NAME:
            raise InvalidInput(f"标签名要在1到{LONGEST_NAME}个字之间", field=field)
    named = select(Tag).where(Tag.group_name == group_name, Tag.name == name)
    known = select(Tag).where(col(Tag.platform_id) == platform_id)
    tag = session.exec(known).first() if platform_id else None
    same = session.exec(named).first()
    if same is None:
        tag = tag or Tag(group_name=group_name, name=name)
        tag.group_name, tag.name = group_name, name
    else:
        tag = same
    tag.platform_id = platform_id or tag.platform_id
    session.add(tag)
    session.flush()
    return tag


def forget_in_wecom(session: Session, platform_id: str) -> None:
    """WeCom no longer has the tag; who bears it here bears it on."""
    statement = update(Tag).where(col(Tag.platform_id) == platform_id)
    affected_rows(session, statement.values(platform_id=None))


def tag_customer(session: Session, customer_id: int, tag_id: int, by: str, now: datetime) -> bool:
    """Put a tag on a customer; whether it was not there."""
    who = {"customer_id": customer_id, "tag_id": tag_id}
    return insert_once(session, Tagged, **who, by=by, at=now, is_there=False)


def untag_customer(session: Session, customer_id: int, tag_id: int) -> bool:
    """Take a tag off a customer; whether it was there."""
    statement = delete(Tagged).where(
        col(Tagged.customer_id) == customer_id, col(Tagged.tag_id) == tag_id
    )
    return affected_rows(session, statement) == 1


def list_tags(session: Session, customer_id: int) -> Sequence[Tag]:
    """The tags of a customer, by group and name."""
    statement = (
        select(Tag)
        .join(Tagged, col(Tagged.tag_id) == col(Tag.id))
        .where(Tagged.customer_id == customer_id)
        .order_by(col(Tag.group_name), col(Tag.name))
    )
    return session.exec(statement).all()


def list_all_tags(session: Session) -> Sequence[Tag]:
    """Every tag of the shop, by group and name."""
    statement = select(Tag).order_by(col(Tag.group_name), col(Tag.name))
    return session.exec(statement).all()


def adopt_tags(
    session: Session, customer_id: int, platform_ids: Sequence[str], now: datetime
) -> None:
    """Make what WeCom says of its tags so.

    A tag that WeCom was never seen to have on the customer stays: it is on its way there, or
    WeCom does not know it.
    """
    told = session.exec(select(Tag.id).where(col(Tag.platform_id).in_(platform_ids))).all()
    told_ids = sorted(each for each in told if each is not None)
    for tag_id in told_ids:
        tag_customer(session, customer_id, tag_id, "wecom", now)
    note_there(session, customer_id, platform_ids)
    gone = delete(Tagged).where(
        col(Tagged.customer_id) == customer_id,
        col(Tagged.is_there),
        col(Tagged.tag_id).not_in(told_ids),
    )
    affected_rows(session, gone)


def note_there(session: Session, customer_id: int, platform_ids: Sequence[str]) -> None:
    """WeCom has these tags on the customer now."""
    ids = select(Tag.id).where(col(Tag.platform_id).in_(platform_ids))
    statement = update(Tagged).where(
        col(Tagged.customer_id) == customer_id, col(Tagged.tag_id).in_(ids)
    )
    affected_rows(session, statement.values(is_there=True))


def join_tags(session: Session, kept_id: int, gone_id: int) -> None:
    """When two customers prove to be one, who stays bears the tags of both."""
    for row in session.exec(select(Tagged).where(Tagged.customer_id == gone_id)).all():
        kept = {"tag_id": row.tag_id, "by": row.by, "at": row.at, "is_there": row.is_there}
        insert_once(session, Tagged, customer_id=kept_id, **kept)
    affected_rows(session, delete(Tagged).where(col(Tagged.customer_id) == gone_id))
