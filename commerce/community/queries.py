"""What is asked about customer groups: which there are, who is in them, who came and went."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Mapped
from sqlmodel import Session, col, func, or_, select
from sqlmodel.sql.expression import SelectOfScalar

from commerce.community.mirroring import CUSTOMER
from commerce.community.tables import CommunityGroup, CommunityMember, CommunityTag
from commerce.customers.merging import ids_of
from commerce.errors import NotFound
from commerce.shanghai import SHANGHAI


class Choice(Protocol):
    """Which groups: all that fit every list that is not empty."""

    @property
    def chat_ids(self) -> Sequence[str]:
        """Of these groups."""

    @property
    def tags(self) -> Sequence[str]:
        """Bearing any of these tags."""

    @property
    def owners(self) -> Sequence[str]:
        """Of any of these people, by userid."""


@dataclass(frozen=True, slots=True)
class Turnover:
    """How many customers came and went."""

    joined: int = 0
    left: int = 0


@dataclass(frozen=True, slots=True)
class Filter:
    """Narrows the list of groups. Empty strings do not."""

    text: str = ""
    tag: str = ""
    owner: str = ""
    is_dissolved: bool = False


def choose(session: Session, choice: Choice) -> list[CommunityGroup]:
    """The groups that are not dissolved, oldest first; of an empty choice all of them."""
    statement = select(CommunityGroup).where(col(CommunityGroup.dissolved_at).is_(None))
    if choice.chat_ids:
        statement = statement.where(col(CommunityGroup.chat_id).in_(choice.chat_ids))
    if choice.tags:
        statement = statement.where(_bears(choice.tags))
    if choice.owners:
        statement = statement.where(col(CommunityGroup.owner_userid).in_(choice.owners))
    return list(session.exec(statement.order_by(col(CommunityGroup.id))))


def listing(wanted: Filter) -> SelectOfScalar[CommunityGroup]:
    """A statement that lists groups, the largest first."""
    dissolved = col(CommunityGroup.dissolved_at)
    statement = select(CommunityGroup).where(
        dissolved.is_not(None) if wanted.is_dissolved else dissolved.is_(None)
    )
    if wanted.text:
        name = col(CommunityGroup.name).contains(wanted.text, autoescape=True)
        statement = statement.where(or_(name, CommunityGroup.chat_id == wanted.text))
    if wanted.tag:
        statement = statement.where(_bears([wanted.tag]))
    if wanted.owner:
        statement = statement.where(CommunityGroup.owner_userid == wanted.owner)
    return statement.order_by(col(CommunityGroup.customers).desc(), col(CommunityGroup.id))


def get_group(session: Session, group_id: int) -> CommunityGroup:
    """One group. Raises NotFound."""
    found = session.get(CommunityGroup, group_id)
    if found is None:
        raise NotFound("没有这个客户群")
    return found


def list_owners(session: Session) -> Sequence[str]:
    """The userids of those who own a group."""
    owner = col(CommunityGroup.owner_userid)
    statement = select(owner).where(col(CommunityGroup.dissolved_at).is_(None), owner != "")
    return session.exec(statement.distinct().order_by(owner)).all()


def groups_of(session: Session, customer_id: int) -> Sequence[CommunityGroup]:
    """The groups that a customer is in now, whoever they were merged with."""
    theirs = select(CommunityMember.group_id).where(
        col(CommunityMember.customer_id).in_(ids_of(session, customer_id)),
        col(CommunityMember.left_at).is_(None),
    )
    statement = select(CommunityGroup).where(
        col(CommunityGroup.id).in_(theirs), col(CommunityGroup.dissolved_at).is_(None)
    )
    return session.exec(statement.order_by(col(CommunityGroup.id))).all()


def present(session: Session, group_id: int) -> Sequence[CommunityMember]:
    """Who is in a group now, who came first first."""
    statement = select(CommunityMember).where(
        CommunityMember.group_id == group_id, col(CommunityMember.left_at).is_(None)
    )
    statement = statement.order_by(col(CommunityMember.joined_at), col(CommunityMember.id))
    return session.exec(statement.execution_options(populate_existing=True)).all()


def by_source(session: Session, group_id: int) -> Sequence[tuple[int, str, int]]:
    """Join scene, key of the join code, and how many of the customers who are in the group now."""
    scene, key = col(CommunityMember.join_scene), col(CommunityMember.join_key)
    statement = (
        select(scene, key, func.count())
        .where(
            CommunityMember.group_id == group_id,
            CommunityMember.kind == CUSTOMER,
            col(CommunityMember.left_at).is_(None),
        )
        .group_by(scene, key)
        .order_by(scene, key)
    )
    return session.exec(statement).all()


def by_key(session: Session) -> Mapping[str, Turnover]:
    """For each join code how many customers came by it ever, and how many of these went."""
    statement = (
        select(CommunityMember.join_key, func.count(), func.count(col(CommunityMember.left_at)))
        .where(CommunityMember.join_key != "", CommunityMember.kind == CUSTOMER)
        .group_by(CommunityMember.join_key)
    )
    return {key: Turnover(joined, left) for key, joined, left in session.exec(statement)}


def turnover(session: Session, group_ids: Sequence[int], since: datetime) -> Mapping[int, Turnover]:
    """How many customers came to and went from each of some groups, from a moment on."""
    joined = _by_group(session, group_ids, col(CommunityMember.joined_at) >= since)
    left = _by_group(session, group_ids, col(CommunityMember.left_at) >= since)
    return {each: Turnover(joined.get(each, 0), left.get(each, 0)) for each in group_ids}


def by_day(
    session: Session, group_id: int, first: date, last: date
) -> Sequence[tuple[date, Turnover]]:
    """How many customers came and went on each day of Shanghai, both ends included."""
    begin, end = _midnight(first), _midnight(last + timedelta(days=1))
    joined = _by_date(session, group_id, col(CommunityMember.joined_at), begin, end)
    left = _by_date(session, group_id, col(CommunityMember.left_at), begin, end)
    days = [first + timedelta(days=each) for each in range((last - first).days + 1)]
    return [(day, Turnover(joined.get(day, 0), left.get(day, 0))) for day in days]


def _by_group(
    session: Session, group_ids: Sequence[int], condition: ColumnElement[bool]
) -> Mapping[int, int]:
    statement = (
        select(CommunityMember.group_id, func.count())
        .where(
            col(CommunityMember.group_id).in_(group_ids),
            CommunityMember.kind == CUSTOMER,
            condition,
        )
        .group_by(col(CommunityMember.group_id))
    )
    return dict(session.exec(statement).all())


def _by_date(
    session: Session,
    group_id: int,
    moment: Mapped[Any],
    begin: datetime,
    end: datetime,
) -> Mapping[date, int]:
    statement = select(moment).where(
        CommunityMember.group_id == group_id,
        CommunityMember.kind == CUSTOMER,
        moment >= begin,
        moment < end,
    )
    days = [at.astimezone(SHANGHAI).date() for at in session.exec(statement) if at is not None]
    return Counter(days)


def _bears(tags: Sequence[str]) -> ColumnElement[bool]:
    bearing = select(CommunityTag.group_id).where(col(CommunityTag.name).in_(tags))
    return col(CommunityGroup.id).in_(bearing)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)
