"""What WeCom tells between the messages, by `event_type` (微信客服 接收消息和事件)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlmodel import Session, col, select, update

from bot import conversations, outbox
from bot.handover.tables import Handover
from bot.kf import codes, sessions
from bot.kf import kf_words as words
from bot.kf.arrivals import Entry, key_of
from bot.kf.failing import note_failure, set_rejects
from bot.kf.noting import note_backlog
from bot.kf.sessions import Told
from bot.kf.tables import RecalledMessage, State
from bot.kf.welcoming import welcome_for
from bot.messages import Text
from bot.profiles import want_profile
from bot.scenes import arrive
from bot.staff.tables import Staff
from bot.tables import Conversation
from bot.turn import SOURCES
from commerce.customers.identities import identify
from commerce.inserting import affected_rows, id_of, insert_once
from commerce.sealing import Sealer
from commerce.sources.tables import Way

TO_SERVICER, TRANSFERRED, ENDED, REOPENED = 1, 2, 3, 4
"""`change_type` of session_status_change."""
RECEIVING: Final = 1
"""`status` of servicer_status_change; kf/servicer/list counts otherwise, from 0."""
REJECTING: Final = 1
"""`reject_switch`: the customer has switched messages off."""


@dataclass(frozen=True, slots=True)
class Happened:
    """An event, and the transaction that takes it in."""

    session: Session
    sealer: Sealer
    entry: Entry
    conversation_id: int | None
    """None for an event that is about no customer."""
    now: datetime

    @property
    def about(self) -> Mapping[str, Any]:
        """The event's own fields."""
        return self.entry.about

    def words_of(self, name: str) -> str:
        """A field as text; empty when it is not there."""
        return str(self.about.get(name) or "")

    def number_of(self, name: str) -> int:
        """A field as a number; 0 when it is none."""
        found = self.words_of(name)
        return int(found) if found.isdecimal() else 0


def hear_event(happened: Happened) -> None:
    """React to an event; one that nobody knows is passed over."""
    heard = HEARD.get(happened.words_of("event_type"))
    needs_nobody = heard is _servicer_changed
    if heard is not None and (needs_nobody or happened.conversation_id is not None):
        heard(happened)


def _entered(happened: Happened) -> None:
    """Note where the customer came from; the bot welcomes them while WeCom and people let it."""
    session, entry, now = happened.session, happened.entry, happened.now
    talk_id = _talk_of(happened)
    scene, param = happened.words_of("scene"), happened.words_of("scene_param")
    seen = sessions.begin(session, talk_id, now)
    if seen.entered_at is None or seen.entered_at <= entry.sent_at:
        seen.scene, seen.scene_param, seen.entered_at = scene, param, entry.sent_at
        session.add(seen)
    _note_source(happened, talk_id, param or scene)
    if not conversations.lock(session, talk_id).is_the_bots:
        return
    reply = welcome_for(session, scene, param, entry.sent_at)
    codes.say_by_code(
        session,
        happened.sealer,
        talk_id,
        happened.words_of("welcome_code"),
        codes.WELCOME,
        reply,
        given_at=entry.sent_at,
        now=now,
    )


def _note_source(happened: Happened, talk_id: int, scene: str) -> None:
    session, entry, now = happened.session, happened.entry, happened.now
    customer = identify(
        session, "wecom", entry.open_kfid, entry.external_user, min(entry.sent_at, now)
    )
    customer_id = id_of(customer)
    is_unknown = update(Conversation).where(
        col(Conversation.id) == talk_id, col(Conversation.customer_id).is_(None)
    )
    if affected_rows(session, is_unknown.values(customer_id=customer_id)):
        want_profile(session, happened.sealer, "wecom", entry.open_kfid, entry.external_user, now)
    if scene:
        arrive(session, customer_id, scene, way=Way.SCAN, source=SOURCES["wecom"], now=now)


def _send_failed(happened: Happened) -> None:
    msgid, fail_type = happened.words_of("fail_msgid"), happened.number_of("fail_type")
    note_failure(happened.session, _talk_of(happened), msgid, fail_type, happened.now)


def _servicer_changed(happened: Happened) -> None:
    entry = happened.entry
    sessions.note_servicer(
        happened.session,
        entry.open_kfid,
        happened.words_of("servicer_userid"),
        happened.number_of("status") == RECEIVING,
        happened.now,
    )


def _session_changed(happened: Happened) -> None:
    """Adopt what WeCom decided, and say the words that its code allows."""
    session, sealer, talk_id = happened.session, happened.sealer, _talk_of(happened)
    change, code = happened.number_of("change_type"), happened.words_of("msg_code")
    if change == ENDED:
        told = Told(State.ENDED, code=code)
        # What was said to the person is not the bot's to answer once they have gone.
        note_backlog(session, sealer, talk_id, happened.now)
        episode = sessions.adopt(session, talk_id, told, happened.entry.sent_at)
        say_ended(happened, code, episode)
    elif change in (TO_SERVICER, TRANSFERRED, REOPENED):
        userid = happened.words_of("new_servicer_userid") or happened.entry.servicer
        sessions.adopt(session, talk_id, Told(State.SERVICER, userid), happened.entry.sent_at)
        say_joined(session, sealer, talk_id, userid, code, happened.entry.sent_at, happened.now)


def say_ended(happened: Happened, code: str, episode: Handover | None) -> None:
    """Close politely; after an episode that asks what the customer thought, its question does."""
    if episode is None:
        codes.say_by_code(
            happened.session,
            happened.sealer,
            _talk_of(happened),
            code,
            codes.ENDED,
            Text(words.ENDED),
            given_at=happened.entry.sent_at,
            now=happened.now,
        )


def say_joined(
    session: Session,
    sealer: Sealer,
    conversation_id: int,
    userid: str,
    code: str,
    given_at: datetime,
    now: datetime,
) -> None:
    """Introduce who has come, by the code of their coming."""
    name = session.exec(select(Staff.name).where(Staff.wecom_userid == userid)).first()
    reply = Text(words.joined_in_words(name or ""))
    codes.say_by_code(
        session, sealer, conversation_id, code, codes.JOINED, reply, given_at=given_at, now=now
    )


def _recalled(happened: Happened) -> None:
    key = key_of(happened.entry.open_kfid, happened.words_of("recall_msgid"))
    insert_once(happened.session, RecalledMessage, inbox_key=key, at=happened.entry.sent_at)


def _rejects_changed(happened: Happened) -> None:
    talk_id = _talk_of(happened)
    sessions.begin(happened.session, talk_id, happened.now)
    rejects = happened.number_of("reject_switch") == REJECTING
    set_rejects(happened.session, talk_id, rejects=rejects)
    if not rejects:
        outbox.unpark(happened.session, talk_id, happened.now)


def _talk_of(happened: Happened) -> int:
    if happened.conversation_id is None:
        raise ValueError("an event about no customer")
    return happened.conversation_id


HEARD: Final[Mapping[str, Callable[[Happened], None]]] = {
    "enter_session": _entered,
    "msg_send_fail": _send_failed,
    "servicer_status_change": _servicer_changed,
    "session_status_change": _session_changed,
    "user_recall_msg": _recalled,
    "servicer_recall_msg": _recalled,
    "reject_customer_msg_switch_change": _rejects_changed,
}
