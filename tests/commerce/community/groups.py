"""Customer groups for tests."""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from commerce.community import mirroring
from commerce.community.mirroring import Delta, Fit, Stay, Whole
from commerce.community.recognising import Corp
from commerce.community.tables import CommunityGroup, CommunityMember
from tests.commerce.shop import NOW

CORP = Corp("wecom_contact", "ww1")


def stay(member: str, *, at: datetime = NOW, **said: Any) -> Stay:
    """Somebody in a group; who is not `wm…` is staff."""
    return Stay(member, is_staff=not member.startswith("wm"), joined_at=at, **said)


def whole(*members: Stay, chat_id: str = "wr-1", asked_at: datetime = NOW, **said: Any) -> Whole:
    """A group as WeCom answers."""
    told = {
        "name": "小鹿铺子一群",
        "owner": "wang",
        "notice": "",
        "created_at": NOW - timedelta(days=30),
        "version": "v1",
    }
    return Whole(chat_id=chat_id, members=members, asked_at=asked_at, **{**told, **said})


def read(session: Session, answer: Whole, now: datetime | None = None) -> CommunityGroup:
    """Apply it; the group as it is then."""
    mirroring.apply_whole(session, CORP, answer, now or answer.asked_at)
    found = mirroring.find_group(session, answer.chat_id)
    assert found is not None
    return found


def change(
    session: Session,
    members: list[str],
    versions: tuple[str, str],
    *,
    joined: bool,
    scene: int = 0,
    chat_id: str = "wr-1",
    now: datetime = NOW,
) -> Fit:
    """Some come or go."""
    delta = Delta(chat_id, joined, members, scene, *versions)
    return mirroring.apply_delta(session, CORP, delta, now)


def all_stays(session: Session) -> list[CommunityMember]:
    """Every stay, first first, as the database has it."""
    statement = select(CommunityMember).order_by(col(CommunityMember.id))
    return list(session.exec(statement.execution_options(populate_existing=True)))
