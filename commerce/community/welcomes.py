"""Words for newcomers of customer groups (入群欢迎语), and which group uses which.

WeCom keeps them; which of them a group shows, its owner chooses in WeCom. What is noted here is
what the shop has agreed on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session, col, func, select, update

from commerce.community.tables import CommunityGroup, CommunityWelcome
from commerce.compliance import TextKind, check
from commerce.errors import InvalidInput, NotFound
from commerce.inserting import affected_rows

NICKNAME: Final = "%NICKNAME%"
LONGEST: Final = 3000
"""Bytes of the words (企业微信 添加入群欢迎语素材)."""
LONGEST_NAME: Final = 30
MOST: Final = 100
"""That a corp may have (企业微信 添加入群欢迎语素材)."""


@dataclass(frozen=True, slots=True)
class WelcomeDraft:
    """A welcome as an operator enters it; see `CommunityWelcome`."""

    name: str
    words: str
    attachment: Mapping[str, Any] | None = None
    is_active: bool = field(default=True)


def save_welcome(
    session: Session, draft: WelcomeDraft, now: datetime, welcome_id: int | None = None
) -> CommunityWelcome:
    """Keep a welcome, new or changed: WeCom is to be told of its new `version`.

    Groups use it no more once it is put away. Raises InvalidInput, naming the field, or NotFound.
    """
    _check(session, draft, welcome_id)
    welcome = (
        CommunityWelcome(name="", words="", created_at=now)
        if welcome_id is None
        else get_welcome(session, welcome_id)
    )
    welcome.name, welcome.words = draft.name.strip(), draft.words.strip()
    welcome.attachment = None if draft.attachment is None else dict(draft.attachment)
    welcome.is_active = draft.is_active
    welcome.version += 1
    session.add(welcome)
    session.flush()
    if not welcome.is_active:
        used = update(CommunityGroup).where(col(CommunityGroup.welcome_id) == welcome.id)
        affected_rows(session, used.values(welcome_id=None))
    return welcome


def use_in(session: Session, group_id: int, welcome_id: int | None) -> None:
    """Note which welcome a group is to show; None for none. Raises InvalidInput or NotFound."""
    if welcome_id is not None and not get_welcome(session, welcome_id).is_active:
        raise InvalidInput("这条欢迎语已经停用", field="welcome_id")
    statement = update(CommunityGroup).where(col(CommunityGroup.id) == group_id)
    if affected_rows(session, statement.values(welcome_id=welcome_id)) != 1:
        raise NotFound("没有这个客户群")


def record_made(session: Session, welcome_id: int, template_id: str | None) -> None:
    """WeCom has the words, or with None has them no more."""
    statement = update(CommunityWelcome).where(col(CommunityWelcome.id) == welcome_id)
    affected_rows(session, statement.values(template_id=template_id))


def get_welcome(session: Session, welcome_id: int) -> CommunityWelcome:
    """One of them, as it is now. Raises NotFound."""
    found = session.get(CommunityWelcome, welcome_id, populate_existing=True)
    if found is None:
        raise NotFound("没有这条入群欢迎语")
    return found


def list_welcomes(session: Session) -> Sequence[tuple[CommunityWelcome, int]]:
    """All of them, those in use first, each with how many groups use it."""
    uses = (
        select(func.count())
        .select_from(CommunityGroup)
        .where(
            CommunityGroup.welcome_id == CommunityWelcome.id,
            col(CommunityGroup.dissolved_at).is_(None),
        )
        .scalar_subquery()
    )
    statement = select(CommunityWelcome, uses).order_by(
        col(CommunityWelcome.is_active).desc(), col(CommunityWelcome.id)
    )
    return session.exec(statement).all()


def _check(session: Session, draft: WelcomeDraft, welcome_id: int | None) -> None:
    name, words = draft.name.strip(), draft.words.strip()
    if not 0 < len(name) <= LONGEST_NAME:
        raise InvalidInput(f"请写名称，最多{LONGEST_NAME}个字", field="name")
    same = select(CommunityWelcome.id).where(CommunityWelcome.name == name)
    if session.exec(same).first() not in (None, welcome_id):
        raise InvalidInput("已经有同名的欢迎语了", field="name")
    if not words and draft.attachment is None:
        raise InvalidInput("文字和附件至少要有一样", field="words")
    if len(words.encode()) > LONGEST:
        raise InvalidInput(
            f"欢迎语太长，最多{LONGEST}字节（约{LONGEST // 3}个汉字）", field="words"
        )
    check(words, TextKind.OFFER, "words")
    active = select(func.count()).where(col(CommunityWelcome.is_active))
    if welcome_id is None and session.exec(active).one() >= MOST:
        raise InvalidInput(f"欢迎语最多{MOST}条，请先停用几条", field="name")
