"""How a request after buying stands, and taking one back."""

import re
from collections.abc import Sequence
from typing import Final

from bot import texts
from bot.handlers import aftersale_words as words
from bot.handlers.answers import is_yes
from bot.handlers.picking import at_positions, bare_positions
from bot.messages import Reply, Text
from bot.router import Router
from bot.turn import Turn
from commerce.aftersale import queries, states
from commerce.aftersale.tables import AfterSale, RequestKind, RequestState
from commerce.errors import IllegalMove
from nlu.understanding import Intent

router = Router()

RECENT: Final = 3
_NUMBER: Final = re.compile(r"SH\d{12}", re.IGNORECASE)
_PROGRESS_SHORTCUT: Final = re.compile(
    r"(?:查|看)?(?:一下|下)?(?:我的)?(?:售后|退款|退货|换货)(?:的)?(?:进度|申请|记录)"
)


MISTAKEN_FOR: Final = frozenset(
    {
        Intent.DENY,
        Intent.CANCEL_ORDER,
        Intent.ORDER_STATUS,
        Intent.TRACK_SHIPMENT,
        Intent.DISTRIBUTION,
        Intent.ASK_RETURN_POLICY,
        Intent.OUT_OF_SCOPE,
        Intent.NLU_FALLBACK,
    }
)
"""What a sentence about an own request may be understood as."""
_GOODS_OR_MONEY: Final = re.compile(r"退款|退钱|退货|换货|售后")


def names_request(turn: Turn) -> bool:
    """Whether the message holds a request's number."""
    return _NUMBER.search(turn.text) is not None


@router.anywhere
def hear_of_requests(turn: Turn) -> Sequence[Reply] | None:
    """A request's number, 售后进度, or 不退了 while one is under way, however it was understood."""
    if names_request(turn):
        return take_back(turn) if words.takes_back(turn.text) else tell_progress(turn)
    if _PROGRESS_SHORTCUT.fullmatch(turn.text.strip("。.！!？? ")):
        return tell_progress(turn)
    if turn.understanding.intent not in MISTAKEN_FOR:
        return None
    if words.takes_back(turn.text):
        return take_back(turn) if queries.list_live(turn.session, turn.customer_id) else None
    if _GOODS_OR_MONEY.search(turn.text) and words.asks_progress(turn.text):
        return _tell_all(turn) or None
    return None


def tell_progress(turn: Turn) -> Sequence[Reply]:
    """The customer's own requests and refunds, the latest few."""
    number = _NUMBER.search(turn.text)
    if number:
        one = queries.find_own(turn.session, turn.customer_id, number.group())
        if one is None:
            return [Text(words.NUMBER_UNKNOWN)]
        (view,) = queries.view_requests(turn.session, [one])
        return [Text(words.request_in_words(view))]
    return _tell_all(turn) or [Text(words.NO_REQUESTS)]


def _tell_all(turn: Turn) -> Sequence[Reply]:
    """Requests and refunds in words; nothing when there are none."""
    found = queries.list_requests(turn.session, turn.customer_id, limit=RECENT)
    refunds = queries.list_refunds(turn.session, turn.customer_id, limit=RECENT)
    told = [words.request_in_words(view) for view in queries.view_requests(turn.session, found)]
    told += [words.refund_in_words(order, refund) for order, refund in refunds]
    return [Text(texts.fitting(told))] if told else []


def take_back(turn: Turn) -> Sequence[Reply]:
    """Ask before a request is withdrawn; ask which one if there are several."""
    number = _NUMBER.search(turn.text)
    live = queries.list_live(turn.session, turn.customer_id)
    if number:
        live = [each for each in live if each.request_no == number.group().upper()]
        if not live:
            return tell_progress(turn)
    if not live:
        return [Text(words.NOTHING_TO_WITHDRAW)]
    if not any(map(states.may_withdraw, live)):
        return [Text(_too_late(live[0].request_no, RequestState(live[0].state)))]
    live = [each for each in live if states.may_withdraw(each)]
    if len(live) == 1:
        return _confirm(turn, live[0])
    shown = live[:RECENT]
    listed = [
        f"{n}. {words.request_in_words(view)}"
        for n, view in enumerate(queries.view_requests(turn.session, shown), 1)
    ]
    numbers = [each.request_no for each in shown]
    question = turn.ask("which_to_withdraw", words.WHICH_TO_WITHDRAW, requests=numbers)
    return [Text(texts.fitting(listed, question.content))]


@router.step("which_to_withdraw", lasting=True)
def hear_which(turn: Turn) -> Sequence[Reply] | None:
    """Which of several requests is to be withdrawn."""
    positions = bare_positions(turn) or turn.understanding.ordinals
    chosen = at_positions(positions, turn.memory.question["requests"])
    if chosen is None:
        return [Text(texts.NOTHING_ASKED_NO)] if is_yes(turn) is False else None
    request = queries.find_own(turn.session, turn.customer_id, str(chosen[0]))
    return None if request is None else _confirm(turn, request)


@router.step("aftersale_withdraw")
def hear_withdraw(turn: Turn) -> Sequence[Reply] | None:
    """Yes withdraws it; 不退了 said again is a yes as well."""
    number = str(turn.memory.question["request_no"])
    answer = True if words.takes_back(turn.text) else is_yes(turn)
    if answer is None:
        return None
    if not answer:
        return [Text(words.WITHDRAW_KEPT.format(request_no=number))]
    try:
        states.withdraw(turn.session, turn.customer_id, number, turn.now)
    except IllegalMove as refusal:
        return [Text(_too_late(number, RequestState(str(refusal.details["state"]))))]
    return [Text(words.WITHDRAWN.format(request_no=number))]


def _too_late(number: str, state: RequestState) -> str:
    return words.TOO_LATE_TO_WITHDRAW.format(request_no=number, state=states.STATE_NAMES[state])


def _confirm(turn: Turn, request: AfterSale) -> Sequence[Reply]:
    kind = words.KIND_NAMES[RequestKind(request.kind)]
    question = words.ASK_WITHDRAW.format(request_no=request.request_no, what=kind)
    return [turn.ask("aftersale_withdraw", question, request_no=request.request_no)]
