"""What follows when a conversation is on its way to a person, or comes back from one."""

from datetime import datetime
from typing import Final

from sqlmodel import Session, col, func, select

from bot import conversations, metrics
from bot.handover import csat
from bot.handover.assigning import is_assignable, last_agent
from bot.handover.episodes import IN_WECOM
from bot.handover.staff_cards import post_card
from bot.handover.tables import Handover, HandoverState
from bot.handover.terms import get_terms
from bot.kf import codes, kf_words, sessions
from bot.kf.tables import KfSession, State
from bot.messages import Text
from bot.reactions.heard import Heard
from bot.staff.tables import Staff
from commerce.inserting import id_of

WECOM: Final = "wecom"
PLATFORM: Final = "platform"


def queued(heard: Heard) -> None:
    """A customer waits: WeCom's servicers get them where the terms say so; else staff are told, as
    long as nobody is there to be given them."""
    handover = heard.session.get_one(Handover, heard.about["handover_id"])
    metrics.OPERATOR_WANTED.labels(heard.event.kind).inc()
    if handover.state != HandoverState.QUEUED:
        return
    talk = conversations.lock(heard.session, handover.conversation_id)
    if talk.channel == WECOM and get_terms(heard.session).kf_place == WECOM:
        _to_servicers(heard, handover, talk.account)
    elif not is_assignable(heard.session, handover, heard.now):
        post_card(heard.session, heard.sealer, handover, heard.now)


def came_back(heard: Heard) -> None:
    """The bot has it again: WeCom's session is ended, if a servicer had it there."""
    if heard.about.get("place") == IN_WECOM and heard.about["actor"] != PLATFORM:
        talk_id = heard.about["conversation_id"]
        sessions.want(heard.session, talk_id, State.ENDED, "", heard.now)


def ended(heard: Heard) -> None:
    """A service is over: what did the customer think of it? Asked by the end's code, if any.

    Nobody counts as asked whose code's life is over already.
    """
    came_back(heard)
    handover = heard.session.get_one(Handover, heard.about["handover_id"])
    code = str(heard.about.get("code") or "")
    if not code:
        csat.ask(heard.session, heard.sealer, id_of(handover), heard.now)
        return
    ended_at: datetime = handover.ended_at or heard.now
    if heard.now >= codes.lasts_until(codes.ENDED, ended_at):
        return
    asks = csat.begin(heard.session, handover, heard.now)
    codes.say_by_code(
        heard.session,
        heard.sealer,
        handover.conversation_id,
        code,
        codes.ENDED,
        csat.QUESTION if asks else Text(kf_words.ENDED),
        given_at=ended_at,
        now=heard.now,
    )


def _to_servicers(heard: Heard, handover: Handover, open_kfid: str) -> None:
    """To who served them last, else the least busy who takes customers, else WeCom's pool."""
    receiving = sessions.list_receiving(heard.session, open_kfid)
    chosen = _last_servicer(heard.session, handover)
    if chosen not in receiving:
        busy = _sessions_of(heard.session)
        chosen = min(receiving, key=lambda userid: (busy.get(userid, 0), userid), default="")
    state = State.SERVICER if chosen else State.POOL
    sessions.want(heard.session, handover.conversation_id, state, chosen, heard.now)


def _last_servicer(session: Session, handover: Handover) -> str:
    staff_id = last_agent(session, handover)
    staff = None if staff_id is None else session.get(Staff, staff_id)
    return (staff.wecom_userid if staff else None) or ""


def _sessions_of(session: Session) -> dict[str, int]:
    rows = session.exec(
        select(KfSession.servicer, func.count(col(KfSession.conversation_id)))
        .where(KfSession.state == State.SERVICER.value)
        .group_by(KfSession.servicer)
    )
    return dict(rows.all())
