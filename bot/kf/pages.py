"""A page of messages and the cursor behind it: both are kept, or neither.

A page counts only if the cursor still is the one it was asked with; otherwise another process has
kept it, and it is dropped. Whatever comes twice all the same changes nothing: messages have their
key in the inbox, everything else in `kf_seen`.

Two sorts of messages are kept and shown without an answer. What was sent well before the account
was first read: WeCom hands out three days then, and the shop's people have answered it, or the
customer has long given up. And what is older than 48 hours: WeCom lets nobody answer that.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

import structlog
from sqlmodel import Session, col, delete, select, update

from bot import conversations, inbox
from bot.errors import BotError
from bot.handover.heard import customer_wrote, servicer_wrote
from bot.kf import sessions
from bot.kf.arrivals import CUSTOMER, SERVICER, Entry, Unreadable, read_entry
from bot.kf.events import Happened, hear_event
from bot.kf.noting import note_only
from bot.kf.tables import KfCursor, KfSeen, State
from bot.messages import Incoming, Text
from bot.reply_window import MESSAGE
from bot.speaking import write_down
from bot.tables import Conversation
from commerce.errors import ShopError
from commerce.inserting import affected_rows, insert_once
from commerce.sealing import Sealer

log = structlog.get_logger()

A_FEW_MINUTES: Final = timedelta(minutes=5)
SEEN_FOR: Final = timedelta(days=7)
"""More than the three days that WeCom can hand out again."""


class Page(Protocol):
    """What `sync_msg` answers."""

    @property
    def next_cursor(self) -> str: ...
    @property
    def messages(self) -> Sequence[Mapping[str, Any]]: ...


@dataclass(frozen=True, slots=True)
class Place:
    """How far an account was read, and since when it is read at all."""

    open_kfid: str
    cursor: str
    began_at: datetime

    def is_to_answer(self, entry: Entry, now: datetime) -> bool:
        """Whether a message is young enough for an answer."""
        return entry.sent_at >= max(self.began_at - A_FEW_MINUTES, now - MESSAGE.lasts)


def find_place(session: Session, open_kfid: str, now: datetime) -> Place:
    """Where to read on; an account that was never read begins now."""
    insert_once(session, KfCursor, open_kfid=open_kfid, cursor="", began_at=now, read_at=now)
    found = session.get_one(KfCursor, open_kfid)
    return Place(open_kfid, found.cursor, found.began_at)


def keep_page(
    session: Session, sealer: Sealer, place: Place, page: Page, now: datetime
) -> Sequence[int] | None:
    """Keep a page; the conversations in which something waits for an answer.

    None when the cursor has moved since the page was asked for.
    """
    moved = (
        update(KfCursor)
        .where(col(KfCursor.open_kfid) == place.open_kfid, col(KfCursor.cursor) == place.cursor)
        .values(cursor=page.next_cursor or place.cursor, read_at=now)
    )
    if affected_rows(session, moved) != 1:
        return None
    entries = list(_readable(place.open_kfid, page.messages))
    talks = _hold(session, entries, now)
    to_answer: dict[int, None] = {}
    for entry in entries:
        if _take_in(session, sealer, place, entry, talks.get(entry.external_user), now):
            to_answer[talks[entry.external_user]] = None
    return list(to_answer)


def forget_seen(session: Session, now: datetime) -> int:
    """Remove what cannot come again; how many rows."""
    return affected_rows(session, delete(KfSeen).where(col(KfSeen.at) < now - SEEN_FOR))


def _readable(open_kfid: str, messages: Sequence[Mapping[str, Any]]) -> Sequence[Entry]:
    entries = []
    for fields in messages:
        try:
            entries.append(read_entry(open_kfid, fields))
        except Unreadable as error:
            log.warning("entry of a page not readable", reason=str(error))
    return entries


def _hold(session: Session, entries: Sequence[Entry], now: datetime) -> dict[str, int]:
    """The conversations of a page, begun if need be, and all held in one order.

    A turn under way holds its own; taken one by one as the page has them, two pages could wait
    for each other.
    """
    first = {each.external_user: each for each in reversed(entries) if each.external_user}
    talks = {
        user: conversations.find_or_begin(session, _begins(first[user]), now)
        for user in sorted(first)
    }
    for talk_id in sorted(talks.values()):
        conversations.lock(session, talk_id)
        sessions.begin(session, talk_id, now)
    return talks


def _begins(entry: Entry) -> Incoming:
    return Incoming(
        key=entry.key,
        channel="wecom",
        account=entry.open_kfid,
        external_user=entry.external_user,
        kind="event",
        text="",
        sent_at=entry.sent_at,
    )


def _take_in(
    session: Session,
    sealer: Sealer,
    place: Place,
    entry: Entry,
    talk_id: int | None,
    now: datetime,
) -> bool:
    """Keep one entry; whether it waits for an answer now."""
    if entry.kind != "event" and entry.origin == CUSTOMER:
        return talk_id is not None and _hear(session, sealer, place, entry, talk_id, now)
    try:
        with session.begin_nested():
            if insert_once(session, KfSeen, key=entry.key, at=now):
                _react(session, sealer, entry, talk_id, now)
    except (ValueError, LookupError, TypeError, BotError, ShopError):
        # One event that we cannot make sense of must not keep all later messages from coming.
        log.exception("event not taken in", kind=str(entry.about.get("event_type")))
    return False


def _react(
    session: Session, sealer: Sealer, entry: Entry, talk_id: int | None, now: datetime
) -> None:
    if entry.kind == "event":
        hear_event(Happened(session, sealer, entry, talk_id, now))
    elif entry.origin == SERVICER and talk_id is not None:
        _hear_servicer(session, sealer, entry, talk_id)


def _hear(
    session: Session, sealer: Sealer, place: Place, entry: Entry, talk_id: int, now: datetime
) -> bool:
    """Accept a customer's message; whether the bot is to answer it."""
    incoming = entry.incoming()
    accepted = inbox.accept(session, sealer, incoming, now)
    if not accepted.is_new:
        return False
    state = sessions.state_of(session, talk_id)
    if state is State.ENDED:  # Their message has begun another session.
        sessions.note(session, talk_id, State.NEW, "", entry.sent_at)
    if not place.is_to_answer(entry, now):
        note_only(session, sealer, talk_id, accepted.waiting, now)
        return False
    if state is State.POOL:
        customer_wrote(session, conversations.lock(session, talk_id), incoming, now)
        note_only(session, sealer, talk_id, accepted.waiting, now)
        return False
    return True


def _hear_servicer(session: Session, sealer: Sealer, entry: Entry, talk_id: int) -> None:
    """What a servicer wrote in WeCom's client, for the transcript and the clocks."""
    at = entry.sent_at
    gave_back = servicer_wrote(session, talk_id, entry.servicer, entry.words, at)
    owner = session.exec(select(Conversation.owner).where(Conversation.id == talk_id)).one()
    author = owner if not gave_back else f"wecom:{entry.servicer}"
    said = [Text(entry.words)]
    write_down(session, sealer, talk_id, None, said, at, about=entry.key, author=author)
    if gave_back:
        sessions.want(session, talk_id, State.ENDED, "", at)
