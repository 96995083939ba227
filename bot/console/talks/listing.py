"""The inbox: who waits in the queue, whom one has oneself, and all conversations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, func
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from bot.console.paging import Paged
from bot.console.talks.lines import open_words
from bot.console.talks.move_words import REASONS
from bot.console.talks.names import read_customer_names, read_names, side_of
from bot.console.talks.seeking import seek
from bot.console.talks.waits import Wait, WorkingSeconds, wait_since
from bot.handover.episodes import SERVICER, STAFF, speaker_of
from bot.handover.service_tables import ServiceTerms
from bot.handover.tables import Handover, HandoverState
from bot.handover.terms import get_terms
from bot.messages import BOT, CHANNEL_NAMES
from bot.tables import ChatMessage, Conversation
from commerce.calendar.hours import get_hours
from commerce.sealing import Sealer

MOST_IN_A_TAB: Final = 100
A_PAGE: Final = 20
_GLANCE: Final = 60
"""Characters of the last line that are shown."""


@dataclass(frozen=True, slots=True)
class Glance:
    """A conversation as a row of the inbox."""

    id: int
    name: str
    channel: str
    channel_name: str
    owner: str
    owner_name: str
    said: str
    """The last line, cut."""
    said_by: str
    """`customer`, `bot`, `staff`, `servicer`; empty before anything was said."""
    at: datetime
    open_lines: int
    """What the customer said since the shop last did."""
    reason: str = ""
    is_urgent: bool = False
    """Whether it goes before those who came earlier."""
    position: int = 0
    """The place in the queue; 0 outside."""
    wait: Wait | None = None


@dataclass(frozen=True, slots=True)
class Eyes:
    """Who looks at the inbox, and when."""

    staff_id: int
    now: datetime
    sealer: Sealer


@dataclass(frozen=True, slots=True)
class Sought:
    """Which of all conversations; empty values mean any."""

    words: str = ""
    channel: str = ""
    owner: str = ""
    """`bot`, `queued`, `left_word`, `staff`, `wecom`, or somebody exactly, such as `staff:7`."""
    page: int = 1


@dataclass(frozen=True, slots=True)
class Counts:
    """How many there are in the first two tabs."""

    queued: int
    own: int
    newest: int
    """The latest entry into the queue: a higher one than last time rings."""


def count_tabs(session: Session, staff_id: int) -> Counts:
    """What the tabs say beside their names."""
    is_queued = Handover.state == HandoverState.QUEUED
    queued, newest = session.exec(
        select(func.count(), func.max(Handover.id)).select_from(Handover).where(is_queued)
    ).one()
    own = select(func.count()).select_from(Conversation)
    of_mine = session.exec(own.where(Conversation.owner == speaker_of(staff_id))).one()
    return Counts(queued, of_mine, newest or 0)


def list_queue(session: Session, eyes: Eyes) -> Sequence[Glance]:
    """Who waits for a person, in the order in which they are served."""
    statement = (
        select(Conversation, Handover)
        .join(Handover, col(Handover.conversation_id) == col(Conversation.id))
        .where(Handover.state == HandoverState.QUEUED)
        .order_by(col(Handover.priority).desc(), col(Handover.queued_at), col(Handover.id))
        .limit(MOST_IN_A_TAB)
    )
    return _glances(session, eyes, session.exec(statement).all())


def list_own(session: Session, eyes: Eyes) -> Sequence[Glance]:
    """Whom one has oneself: those who wait first, the longest wait at the front."""
    waits = col(Handover.waiting_since)
    statement = (
        select(Conversation, Handover)
        .outerjoin(Handover, _is_live())
        .where(Conversation.owner == speaker_of(eyes.staff_id))
        .order_by(waits.is_(None), waits, col(Conversation.updated_at).desc())
        .limit(MOST_IN_A_TAB)
    )
    return _glances(session, eyes, session.exec(statement).all())


def page_of_all(session: Session, eyes: Eyes, sought: Sought) -> Paged[Glance]:
    """All conversations that fit, the latest first."""
    wanted = list(_conditions(session, eyes, sought))
    counted = select(func.count()).select_from(Conversation).outerjoin(Handover, _is_live())
    total = session.exec(counted.where(*wanted)).one()
    pages = max(1, -(-total // A_PAGE))
    page = min(max(1, sought.page), pages)
    statement = (
        select(Conversation, Handover)
        .outerjoin(Handover, _is_live())
        .where(*wanted)
        .order_by(col(Conversation.updated_at).desc(), col(Conversation.id).desc())
        .offset((page - 1) * A_PAGE)
        .limit(A_PAGE)
    )
    return Paged(_glances(session, eyes, session.exec(statement).all()), page, pages, total)


def _conditions(session: Session, eyes: Eyes, sought: Sought) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    owner = col(Conversation.owner)
    if sought.words.strip():
        wanted.append(col(Conversation.id).in_(seek(session, eyes.sealer, sought.words)))
    if sought.channel in CHANNEL_NAMES:
        wanted.append(col(Conversation.channel) == sought.channel)
    match sought.owner:
        case "queued":
            wanted.append(col(Handover.state) == HandoverState.QUEUED)
        case "left_word":
            wanted.append(col(Conversation.id).in_(_left_word()))
        case "staff":
            wanted.append(owner.startswith(STAFF, autoescape=True))
        case "wecom":
            wanted.append(owner.startswith(SERVICER, autoescape=True))
        case "":
            pass
        case exactly:
            wanted.append(owner == exactly)
    return wanted


def _left_word() -> SelectOfScalar[int]:
    """Conversations with a message that was left while nobody was there, and not taken up."""
    return select(Handover.conversation_id).where(Handover.state == HandoverState.LEFT_WORD)


def _is_live() -> ColumnElement[bool]:
    live = col(Handover.state).in_((HandoverState.QUEUED, HandoverState.OWNED))
    return (col(Handover.conversation_id) == col(Conversation.id)) & live


def _glances(
    session: Session, eyes: Eyes, found: Sequence[tuple[Conversation, Handover | None]]
) -> list[Glance]:
    ids = [talk.id for talk, _ in found if talk.id is not None]
    last, counts = _last_lines(session, ids), _open_lines(session, ids)
    names, terms = read_names(session), get_terms(session)
    called = read_customer_names(session, eyes.sealer, [talk for talk, _ in found])
    working = get_hours(session).working_seconds
    glances, position = [], 0
    for talk, handover in found:
        is_queued = handover is not None and handover.state == HandoverState.QUEUED
        position += is_queued
        line = last.get(talk.id or 0)
        glances.append(
            Glance(
                id=talk.id or 0,
                name=called[talk.id or 0],
                channel=talk.channel,
                channel_name=CHANNEL_NAMES.get(talk.channel, talk.channel),
                owner="queued" if is_queued and talk.owner == BOT else talk.owner,
                owner_name=names.of(talk.owner),
                said="" if line is None else _cut(open_words(eyes.sealer, line)),
                said_by="" if line is None else side_of(line.author),
                at=talk.updated_at if line is None else line.at,
                open_lines=0 if talk.owner == BOT else counts.get(talk.id or 0, 0),
                reason="" if handover is None else REASONS.get(handover.reason, "需要人工"),
                is_urgent=handover is not None and handover.priority > 0,
                position=position if is_queued else 0,
                wait=_wait(terms, working, handover, eyes.now),
            )
        )
    return glances


def _wait(
    terms: ServiceTerms, working: WorkingSeconds, handover: Handover | None, now: datetime
) -> Wait | None:
    if handover is None:
        return None
    is_queued = handover.state == HandoverState.QUEUED
    since = handover.queued_at if is_queued else handover.waiting_since
    if since is None:
        return None
    is_first = handover.first_replied_at is None
    within = terms.first_response_minutes if is_first else terms.next_response_minutes
    return wait_since(since, now, within, working)


def _last_lines(session: Session, ids: Sequence[int]) -> Mapping[int, ChatMessage]:
    newest = _newest(ids, col(ChatMessage.id) > 0)
    rows = session.exec(select(ChatMessage).where(col(ChatMessage.id).in_(newest)))
    return {row.conversation_id: row for row in rows}


def _open_lines(session: Session, ids: Sequence[int]) -> Mapping[int, int]:
    answered = (
        select(col(ChatMessage.conversation_id), func.max(ChatMessage.id).label("last"))
        .where(col(ChatMessage.conversation_id).in_(ids), col(ChatMessage.author) != "customer")
        .group_by(col(ChatMessage.conversation_id))
        .subquery()
    )
    statement = (
        select(col(ChatMessage.conversation_id), func.count())
        .outerjoin(answered, answered.c.conversation_id == col(ChatMessage.conversation_id))
        .where(
            col(ChatMessage.conversation_id).in_(ids),
            col(ChatMessage.author) == "customer",
            col(ChatMessage.id) > func.coalesce(answered.c.last, 0),
        )
        .group_by(col(ChatMessage.conversation_id))
    )
    return dict(session.exec(statement).all())


def _newest(ids: Sequence[int], which: ColumnElement[bool]) -> SelectOfScalar[Any]:
    return (
        select(func.max(ChatMessage.id))
        .where(col(ChatMessage.conversation_id).in_(ids), which)
        .group_by(col(ChatMessage.conversation_id))
    )


def _cut(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= _GLANCE else f"{line[:_GLANCE]}…"
