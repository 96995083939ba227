"""Customer groups as WeCom tells of them: whole, by what changed, and that they are gone.

Whatever was heard before, and in whichever order: after a whole group was applied, the rows say
what it said.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Any, Final

from sqlalchemy import func
from sqlmodel import Session, col, or_, select, update

from commerce.community.recognising import Corp, recognise
from commerce.community.tables import CommunityGroup, CommunityMember
from commerce.inserting import affected_rows, id_of, insert_once

CUSTOMER, STAFF = "customer", "staff"
BY_CODE: Final = 3
"""How an event and a whole group agree to number it; the others differ."""
SKEW: Final = timedelta(minutes=1)
"""By which our clock may lag behind WeCom's. Who joined later than that after what we know came
a second time."""


@dataclass(frozen=True, slots=True)
class Stay:
    """Somebody who is in a group, as a whole group lists them."""

    member: str
    is_staff: bool
    joined_at: datetime
    scene: int = 0
    key: str = ""
    invited_by: str = ""
    unionid: str = ""


@dataclass(frozen=True, slots=True)
class Whole:
    """A group with everybody in it. `asked_at` is when WeCom was asked for it."""

    chat_id: str
    name: str
    owner: str
    notice: str
    created_at: datetime
    version: str
    members: Sequence[Stay]
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Delta:
    """Some who came or went, between two versions of a group's members."""

    chat_id: str
    has_joined: bool
    members: Sequence[str]
    scene: int
    """Of those who came 3 by a code, of those who went 1 removed; else 0."""
    last_version: str
    version: str


class Fit(Enum):
    """What a delta meets."""

    APPLIED = auto()
    KNOWN = auto()
    """Its version is what is kept already."""
    GAP = auto()
    """Something before it is not known: the whole group is needed."""


def know(session: Session, chat_id: str, now: datetime) -> CommunityGroup:
    """The group of that name, known of from now on."""
    insert_once(
        session,
        CommunityGroup,
        chat_id=chat_id,
        name="",
        owner_userid="",
        notice="",
        member_version="",
        customers=0,
        staff=0,
        created_at=now,
    )
    found = find_group(session, chat_id)
    assert found is not None  # noqa: S101 - it was there, or was inserted above
    return found


def find_group(session: Session, chat_id: str) -> CommunityGroup | None:
    """The group of that name as it is now, or None."""
    statement = select(CommunityGroup).where(CommunityGroup.chat_id == chat_id)
    return session.exec(statement.execution_options(populate_existing=True)).first()


def apply_whole(
    session: Session, corp: Corp, whole: Whole, now: datetime
) -> Sequence[CommunityMember]:
    """Make a group what WeCom says it is; whose join code became known by it.

    An answer to an earlier question than the last that was applied says nothing any more, nor
    does one from before the group was dissolved.
    """
    group_id = id_of(know(session, whole.chat_id, now))
    if not _claim(session, group_id, whole):
        return ()
    listed = {each.member: each for each in whole.members}
    known = recognise(session, corp, [each for each in whole.members if not each.is_staff], now)
    present = {row.member: row for row in _present(session, group_id)}
    for member, row in list(present.items()):
        stay = listed.get(member)
        if stay is None or stay.joined_at > row.joined_at + SKEW:
            row.left_at = now if stay is None else stay.joined_at
            session.add(present.pop(member))
    session.flush()  # Before those who came again: only one stay of theirs may be open.
    led = []
    for stay in whole.members:
        row = present.get(stay.member) or CommunityMember(
            group_id=group_id, member=stay.member, kind=CUSTOMER, joined_at=stay.joined_at
        )
        if stay.key and row.join_key != stay.key:
            led.append(row)
        _describe(row, stay, known.get(stay.member))
        session.add(row)
    _count(session, group_id)
    return led


def apply_delta(session: Session, corp: Corp, delta: Delta, now: datetime) -> Fit:
    """Let some come or go, if what is kept is what they came to or went from."""
    statement = (
        update(CommunityGroup)
        .where(
            col(CommunityGroup.chat_id) == delta.chat_id,
            col(CommunityGroup.member_version) == delta.last_version,
            col(CommunityGroup.member_version) != "",
            col(CommunityGroup.dissolved_at).is_(None),
        )
        .values(member_version=delta.version)
    )
    if not delta.version or affected_rows(session, statement) != 1:
        found = find_group(session, delta.chat_id)
        is_known = found is not None and delta.version and found.member_version == delta.version
        return Fit.KNOWN if is_known else Fit.GAP
    group_id = id_of(know(session, delta.chat_id, now))
    if delta.has_joined:
        _let_in(session, corp, group_id, delta, now)
    else:
        how = "removed" if delta.scene else "left"
        end_stays(session, group_id, now, how, delta.members)
    _count(session, group_id)
    return Fit.APPLIED


def dissolve(session: Session, chat_id: str, now: datetime) -> bool:
    """The group is no more; whether that is news."""
    statement = (
        update(CommunityGroup)
        .where(col(CommunityGroup.chat_id) == chat_id, col(CommunityGroup.dissolved_at).is_(None))
        .values(dissolved_at=now)
    )
    if affected_rows(session, statement) != 1:
        return False
    group_id = id_of(know(session, chat_id, now))
    end_stays(session, group_id, now, "")
    _count(session, group_id)
    return True


def end_stays(
    session: Session, group_id: int, now: datetime, how: str, members: Sequence[str] | None = None
) -> int:
    """Some of those who are in a group go, or all of them; how many."""
    statement = update(CommunityMember).where(
        col(CommunityMember.group_id) == group_id, col(CommunityMember.left_at).is_(None)
    )
    if members is not None:
        statement = statement.where(col(CommunityMember.member).in_(members))
    return affected_rows(session, statement.values(left_at=now, left_how=how))


def _claim(session: Session, group_id: int, whole: Whole) -> bool:
    """Write what stands in the group's own row; false when something newer stands there."""
    synced, dissolved = col(CommunityGroup.synced_at), col(CommunityGroup.dissolved_at)
    statement = (
        update(CommunityGroup)
        .where(
            col(CommunityGroup.id) == group_id,
            or_(synced.is_(None), synced <= whole.asked_at),
            or_(dissolved.is_(None), dissolved < whole.asked_at),
        )
        .values(
            name=whole.name,
            owner_userid=whole.owner,
            notice=whole.notice,
            member_version=whole.version,
            created_at=whole.created_at,
            dissolved_at=None,
            synced_at=whole.asked_at,
        )
    )
    return affected_rows(session, statement) == 1


def _describe(row: CommunityMember, stay: Stay, customer_id: int | None) -> None:
    row.kind = STAFF if stay.is_staff else CUSTOMER
    row.customer_id = customer_id
    row.join_scene, row.join_key, row.invited_by = stay.scene, stay.key, stay.invited_by
    row.joined_at = stay.joined_at


def _let_in(session: Session, corp: Corp, group_id: int, delta: Delta, now: datetime) -> None:
    stays = [Stay(each, is_staff=not is_customer(each), joined_at=now) for each in delta.members]
    known = recognise(session, corp, [each for each in stays if not each.is_staff], now)
    for stay in stays:
        insert_once(
            session,
            CommunityMember,
            group_id=group_id,
            member=stay.member,
            kind=STAFF if stay.is_staff else CUSTOMER,
            customer_id=known.get(stay.member),
            join_scene=BY_CODE if delta.scene == BY_CODE else 0,
            join_key="",
            invited_by="",
            joined_at=now,
            left_how="",
        )


def is_customer(member: str) -> bool:
    """Whether this is the id of somebody outside of the corp (企业微信 外部联系人)."""
    return member.startswith(("wm", "wo"))


def _count(session: Session, group_id: int) -> None:
    values = {}
    for name, kind in (("customers", CUSTOMER), ("staff", STAFF)):
        values[name] = (
            select(func.count())
            .select_from(CommunityMember)
            .where(
                CommunityMember.group_id == group_id,
                CommunityMember.kind == kind,
                col(CommunityMember.left_at).is_(None),
            )
            .scalar_subquery()
        )
    statement: Any = update(CommunityGroup).where(col(CommunityGroup.id) == group_id)
    affected_rows(session, statement.values(**values))


def _present(session: Session, group_id: int) -> Sequence[CommunityMember]:
    statement = (
        select(CommunityMember)
        .where(CommunityMember.group_id == group_id, col(CommunityMember.left_at).is_(None))
        .execution_options(populate_existing=True)
    )
    return session.exec(statement).all()
