"""Segments that are kept: each change is another version, and none is ever lost."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import update
from sqlmodel import Session, col, select

from campaigns.segment_tables import Segment, SegmentVersion
from campaigns.segments.rules import Rule, read_rule
from commerce.errors import IllegalMove, InvalidInput, NotFound
from commerce.inserting import affected_rows, id_of, insert_once

LONGEST_NAME: Final = 40


def save(
    session: Session,
    name: str,
    rule: Rule,
    *,
    by: str,
    now: datetime,
    segment_id: int | None = None,
    version: int | None = None,
) -> Segment:
    """Keep a new segment, or the next version of one; the same again changes nothing.

    `version` is the one that was seen when editing began. Raises InvalidInput for a name that is
    empty, too long or another segment's, IllegalMove when somebody else changed it meanwhile, and
    NotFound.
    """
    name = name.strip()
    if not 0 < len(name) <= LONGEST_NAME:
        raise InvalidInput(f"人群要有名字，最多{LONGEST_NAME}个字", field="name")
    told = rule.model_dump(mode="json", exclude_none=True)
    if segment_id is None:
        return _begin(session, name, told, by, now)
    segment = get_segment(session, segment_id)
    if version is not None and segment.version != version:
        raise _overtaken(segment)
    if (segment.name, segment.rule) == (name, told):
        return segment
    return _change(session, segment, name, told, by, now)


def get_segment(session: Session, segment_id: int) -> Segment:
    """The segment, put away or not. Raises NotFound."""
    segment = session.get(Segment, segment_id, populate_existing=True)
    if segment is None:
        raise NotFound("没有这个人群", segment_id=segment_id)
    return segment


def list_segments(session: Session) -> list[Segment]:
    """Those in use, by name."""
    in_use = select(Segment).where(~col(Segment.is_archived)).order_by(col(Segment.name))
    return list(session.exec(in_use))


def list_versions(session: Session, segment_id: int) -> list[SegmentVersion]:
    """What the segment's rule was, the present one first."""
    versions = select(SegmentVersion).where(SegmentVersion.segment_id == segment_id)
    return list(session.exec(versions.order_by(col(SegmentVersion.version).desc())))


def rule_of(segment: Segment) -> Rule:
    """Whom it picks."""
    return read_rule(segment.rule)


def archive(session: Session, segment_id: int, now: datetime) -> Segment:
    """Put a segment away: nobody chooses it any more. Raises NotFound."""
    segment = get_segment(session, segment_id)
    if not segment.is_archived:
        segment.is_archived, segment.updated_at = True, now
        session.add(segment)
        session.flush()
    return segment


def _begin(session: Session, name: str, told: dict[str, Any], by: str, now: datetime) -> Segment:
    row = {"rule": told, "version": 1, "is_archived": False, "created_at": now, "updated_at": now}
    if not insert_once(session, Segment, name=name, **row):
        raise _taken(name)
    segment = session.exec(select(Segment).where(Segment.name == name)).one()
    _keep(session, segment, by, now)
    return segment


def _change(
    session: Session, segment: Segment, name: str, told: dict[str, Any], by: str, now: datetime
) -> Segment:
    others = select(Segment.id).where(Segment.name == name, Segment.id != segment.id)
    if session.exec(others).first() is not None:
        raise _taken(name)
    guarded = (
        update(Segment)
        .where(col(Segment.id) == segment.id, col(Segment.version) == segment.version)
        .values(
            name=name,
            rule=told,
            version=segment.version + 1,
            is_archived=False,
            updated_at=now,
        )
    )
    if affected_rows(session, guarded) != 1:
        raise _overtaken(segment)
    session.refresh(segment)
    _keep(session, segment, by, now)
    return segment


def _keep(session: Session, segment: Segment, by: str, now: datetime) -> None:
    session.add(
        SegmentVersion(
            segment_id=id_of(segment), version=segment.version, rule=segment.rule, by=by, at=now
        )
    )
    session.flush()


def _taken(name: str) -> InvalidInput:
    return InvalidInput(f"已经有叫“{name}”的人群，请换个名字", field="name")


def _overtaken(segment: Segment) -> IllegalMove:
    return IllegalMove(
        f"“{segment.name}”刚被别人改过，请刷新后再改",
        segment_id=segment.id,
        version=segment.version,
    )
