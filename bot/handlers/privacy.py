"""The customer's rights: no more campaign messages, a copy of their data, or its end."""

import re
from collections.abc import Sequence
from typing import Final

from bot import texts
from bot.handlers import privacy_words as words
from bot.handlers.answers import is_yes, plain
from bot.handlers.knowledge import known_answer
from bot.handlers.order_words import moment_in_words
from bot.handlers.service import leave_word
from bot.messages import Choices, Reply, Text
from bot.router import Router
from bot.turn import Turn
from commerce.customers import subscription
from commerce.errors import IllegalMove
from commerce.privacy import requests
from commerce.privacy.tables import PrivacyKind, PrivacyRequest, PrivacyState
from nlu.understanding import Intent

router = Router()

_NUMBER: Final = re.compile(r"GR\d{12}", re.IGNORECASE)
_QUESTION: Final = re.compile(r"隐私|个人信息|信息安全|泄[露漏]")


@router.anywhere
def hear_stop(turn: Turn) -> Sequence[Reply] | None:
    """退订 and TD are heard however they were understood, and so is a request's number."""
    if words.is_stop(turn.text):
        return change_subscription(turn)
    if turn.understanding.intent == Intent.UNSUBSCRIBE:
        return None
    is_sure = plain(turn.text) in ("恢复推送", "恢复订阅", "取消退订")
    if is_sure:
        return change_subscription(turn)
    return _tell_one(turn) if _NUMBER.search(turn.text) else None


@router.intent(Intent.UNSUBSCRIBE)
def change_subscription(turn: Turn) -> Sequence[Reply]:
    """Stop campaign messages on every channel at once, or allow them again."""
    wants_them = words.wants_messages(turn.text)
    change = subscription.resume if wants_them else subscription.unsubscribe
    is_news = change(
        turn.session,
        turn.shop.sealer,
        turn.customer_id,
        channel=turn.incoming.channel,
        words=turn.text,
        now=turn.now,
    )
    if wants_them:
        return [Text(words.RESUBSCRIBED if is_news else words.SUBSCRIBED_ANYWAY)]
    return [Text(words.UNSUBSCRIBED if is_news else words.UNSUBSCRIBED_BEFORE)]


@router.intent(Intent.PRIVACY_REQUEST)
def ask_about_data(turn: Turn) -> Sequence[Reply]:
    """Take a request after a yes, tell how one stands, or withdraw one."""
    if _NUMBER.search(turn.text):
        return _tell_one(turn)
    kind = words.kind_in(turn.text)
    live = requests.list_requests(turn.session, turn.customer_id, states=[PrivacyState.RECEIVED])
    if words.WITHDRAW.search(plain(turn.text)) and live:
        return _ask_to_withdraw(turn, next((r for r in live if r.kind == kind), live[0]))
    if words.PROGRESS.search(turn.text) and live:
        return [Text("\n".join(words.request_in_words(each) for each in live))]
    if kind is not None:
        return _confirm(turn, kind)
    return answer_question(turn)


def answer_question(turn: Turn) -> Sequence[Reply]:
    """A question about personal data, not a request: a person answers what is not written down."""
    known = known_answer(turn)
    if known is not None:
        return known
    if _QUESTION.search(turn.text):
        answer = texts.ASKED_ON.format(topic="个人信息的事")
        return [Text(leave_word(turn, Intent.PRIVACY_REQUEST, answer))]
    turn.ask("privacy_which", words.WHICH)
    return [Choices(words.WHICH, tuple(words.KIND_NAMES.values()))]


@router.step("privacy_which", lasting=True)
def hear_which(turn: Turn) -> Sequence[Reply] | None:
    """Which of the rights it is."""
    kind = words.kind_in(turn.text)
    if kind is None:
        return [Text(words.NOT_RECEIVED)] if is_yes(turn) is False else None
    return _confirm(turn, kind)


@router.step("privacy_confirm")
def hear_confirmation(turn: Turn) -> Sequence[Reply] | None:
    """Only a clear yes registers it; the request said again is asked once more."""
    kind = PrivacyKind(str(turn.memory.question["kind"]))
    said_again = words.kind_in(turn.text)
    if said_again is not None and not plain(turn.text).startswith(("确认", "确定")):
        return _confirm(turn, said_again)
    match is_yes(turn):
        case True:
            return _receive(turn, kind)
        case False:
            return [Text(words.NOT_RECEIVED)]
    return None


@router.step("privacy_withdraw")
def hear_withdraw(turn: Turn) -> Sequence[Reply] | None:
    """Yes withdraws it."""
    number = str(turn.memory.question["request_no"])
    answer = True if words.WITHDRAW.search(plain(turn.text)) else is_yes(turn)
    if answer is None:
        return None
    if not answer:
        return [Text(words.KEPT.format(request_no=number))]
    try:
        requests.withdraw(turn.session, turn.customer_id, number, turn.now)
    except IllegalMove:
        return [Text(words.OVER_ALREADY.format(request_no=number))]
    return [Text(words.WITHDRAWN.format(request_no=number))]


def _confirm(turn: Turn, kind: PrivacyKind) -> Sequence[Reply]:
    live = requests.find_live(turn.session, turn.customer_id, kind)
    if live is not None:
        return [Text(_received(live, words.RECEIVED_BEFORE))]
    return [turn.ask("privacy_confirm", words.ASK[kind], kind=kind.value)]


def _receive(turn: Turn, kind: PrivacyKind) -> Sequence[Reply]:
    request, is_new = requests.receive(
        turn.session,
        turn.customer_id,
        kind,
        turn.now,
        conversation_id=turn.conversation_id,
    )
    return [Text(_received(request, words.RECEIVED if is_new else words.RECEIVED_BEFORE))]


def _received(request: PrivacyRequest, sentence: str) -> str:
    return sentence.format(
        request_no=request.request_no,
        what=words.KIND_NAMES[PrivacyKind(request.kind)],
        at=moment_in_words(request.received_at),
        due=moment_in_words(request.due_at),
    )


def _ask_to_withdraw(turn: Turn, request: PrivacyRequest) -> Sequence[Reply]:
    what = words.KIND_NAMES[PrivacyKind(request.kind)]
    question = words.ASK_WITHDRAW.format(request_no=request.request_no, what=what)
    return [turn.ask("privacy_withdraw", question, request_no=request.request_no)]


def _tell_one(turn: Turn) -> Sequence[Reply]:
    number = _NUMBER.search(turn.text)
    wanted = number.group().upper() if number else ""
    found = requests.list_requests(turn.session, turn.customer_id)
    one = next((each for each in found if each.request_no == wanted), None)
    if one is None:
        return [Text(words.NUMBER_UNKNOWN)]
    if one.state == PrivacyState.RECEIVED and words.WITHDRAW.search(plain(turn.text)):
        return _ask_to_withdraw(turn, one)
    return [Text(words.request_in_words(one))]
