"""The way to a person: asked for, waited for, called off; and what was thought of it afterwards."""

import re
from collections.abc import Sequence
from typing import Final

from bot import conversations, texts
from bot.handlers import handover_words as words
from bot.handlers.answers import plain
from bot.handover import csat, queue, triggers
from bot.handover.queue import Asked
from bot.handover.tables import HandoverState, Reason
from bot.handover.terms import get_terms
from bot.messages import Reply, Text
from bot.router import Router
from bot.turn import Turn
from commerce.calendar.hours import get_hours
from commerce.events import announce
from commerce.shanghai import SHANGHAI

router = Router()

_CALLS_OFF: Final = re.compile(
    r"(?:取消|退出|不)(?:人工)?排队?(?:了|吧)?|(?:不用|不要|取消|别)(?:再)?(?:转|等|叫|找)?(?:人工|客服|同事|人)(?:了|吧)?"
    r"|不等了|不用等了|先不(?:等|找)了"
)
_NEVER_MIND: Final = re.compile(r"(?:那|先)?(?:不用|算|不需要|不必|没事)(?:了|啦|吧)*(?:谢谢)?")
_HOW_LONG: Final = re.compile(
    r"(?:还|大概|大约)?(?:要|得|需要|还)?(?:等|排)?(?:多久|多长时间|几分钟|多少人|几个人|第几)(?:位|个)?(?:啊|呀|呢|了)?"
    r"|(?:排|轮)到(?:我|第几|哪|几)(?:位|个)?(?:了|没|吗)*|前面(?:还)?有(?:多少|几)(?:个)?人|怎么还没(?:人|来)"
    r"|(?:人|客服|人工)(?:呢|在吗|怎么还没来|什么时候来|怎么还不来)"
)


@router.anywhere
def hear_in_line(turn: Turn) -> Sequence[Reply] | None:
    """还要多久, 取消排队, while the customer waits for a person."""
    said = plain(turn.text)
    calls_off = _CALLS_OFF.fullmatch(said) is not None or (
        _NEVER_MIND.fullmatch(said) is not None and not turn.asked
    )
    if not calls_off and not _HOW_LONG.fullmatch(said):
        return None
    live = queue.find_live(turn.session, turn.conversation_id)
    if live is None or live.state != HandoverState.QUEUED:
        return None
    turn.keep_question()
    if calls_off:
        queue.cancel(turn.session, turn.conversation_id, "customer", turn.now)
        return [Text(words.CALLED_OFF)]
    place = queue.place(turn.session, live.id or 0)
    return [Text(words.in_line(place.position, place.wait_minutes))]


@router.anywhere
def hear_rating(turn: Turn) -> Sequence[Reply] | None:
    """满意, 一般 or 不满意, however late, if that was asked and not answered."""
    score = words.SCORES.get(plain(turn.text))
    if score is None or not csat.answer(turn.session, turn.conversation_id, score, turn.now):
        return None
    turn.keep_question()
    return [Text(words.THANKS_FOR[score])]


def call_person(turn: Turn, reason: Reason, noted: str, begin: str = words.QUEUED) -> str:
    """Ask for a person, and say how that stands; `noted` is the answer of a shop without people."""
    announce(
        turn.session,
        "person_wanted",
        now=turn.now,
        conversation_id=turn.conversation_id,
        reason=reason.value,
    )
    asked = _ask(turn, reason)
    match asked.kind:
        case "queued":
            line = words.in_line(asked.position, asked.wait_minutes)
            return f"{begin}{line}{words.MEANWHILE}"
        case "waiting_already":
            return words.STILL_WAITING + words.in_line(asked.position, asked.wait_minutes)
    return _left_word(turn, asked) or noted


def follow_up(turn: Turn, replies: Sequence[Reply]) -> Sequence[Reply]:
    """After the answer: a person as well, when the customer is upset or the bot fails somebody who
    matters; said in the last message where there is room."""
    reason = triggers.reason_for(triggers.signals_of(turn))
    if reason is None or reason in (Reason.ASKED, Reason.COMPLAINT):
        return replies  # Asked for in words: their handlers have called somebody.
    asked = _ask(turn, reason)
    if asked.kind == "queued":
        begin = words.SORRY if reason in queue.PRIORITIES else words.CALLED
        told = begin + words.in_line(asked.position, asked.wait_minutes)
    else:
        told = _left_word(turn, asked)
    return _with(replies, told) if told else replies


def _ask(turn: Turn, reason: Reason) -> Asked:
    talk = conversations.lock(turn.session, turn.conversation_id)
    about = {"intent": str(turn.understanding.intent)}
    triggers.forget(turn.memory)
    return queue.ask(turn.session, talk, reason, turn.now, about=about)


def _left_word(turn: Turn, asked: Asked) -> str:
    """That nobody is there: once a day in full, with the next opening; nothing when the shop has
    no people, or no hours."""
    hours = get_hours(turn.session)
    if asked.kind != "left_word" or hours.is_open(turn.now):
        return ""
    today = turn.now.astimezone(SHANGHAI).date().isoformat()
    if turn.memory.closed_told_on == today:
        return words.WORD_LEFT
    turn.memory.closed_told_on = today
    own_words = get_terms(turn.session).out_of_hours_words
    return words.closed(hours.next_opening(turn.now), turn.now, own_words)


def _with(replies: Sequence[Reply], told: str) -> Sequence[Reply]:
    """Said in the last text there is: no more messages than before."""
    for at in range(len(replies) - 1, -1, -1):
        reply = replies[at]
        if isinstance(reply, Text):
            longer = Text(texts.fitting(reply.content.splitlines(), told))
            return [*replies[:at], longer, *replies[at + 1 :]]
    return [Text(told), *replies]
