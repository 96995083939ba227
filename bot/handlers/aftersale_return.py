"""Goods that go back to the shop: the customer says by which carrier, under which number."""

import re
from collections.abc import Sequence
from typing import Final

from bot import texts
from bot.handlers import aftersale_return_words as words
from bot.handlers.aftersale_money_words import SEND_NUMBER, steps_in_words, where_to
from bot.handlers.aftersale_return_words import Told, told_of_parcel
from bot.handlers.aftersale_words import request_in_words, takes_back
from bot.handlers.answers import is_yes
from bot.handlers.errands import calls_away
from bot.handlers.picking import at_positions, bare_positions
from bot.messages import Reply, Text
from bot.router import Router
from bot.turn import Turn
from commerce.aftersale import queries
from commerce.aftersale.returning import send_back
from commerce.aftersale.states import awaits_goods
from commerce.aftersale.tables import AfterSale, RequestKind, RequestState
from commerce.errors import IllegalMove
from commerce.ordering import orders
from commerce.parcels import tracking
from commerce.parcels.carriers import CARRIERS

router = Router()

SHOWN: Final = 3
_NUMBER: Final = re.compile(r"SH\d{12}", re.IGNORECASE)


@router.anywhere
def hear_parcel_back(turn: Turn) -> Sequence[Reply] | None:
    """寄回去了 圆通 YT123…, while the shop waits for goods of theirs to come back."""
    if words.asks_where_to_send(turn.text):
        return _tell_where_to(turn)
    told = told_of_parcel(turn.text)
    if not (told.is_sent or told.tracking_no) or takes_back(turn.text):
        return None
    waiting = _waiting(turn)
    if not waiting or (not told.is_sent and _is_about_another(turn, told)):
        return None
    return _go_on(turn, waiting, told.carrier, told.tracking_no)


def _tell_where_to(turn: Turn) -> Sequence[Reply] | None:
    """Where the goods go that the shop waits for; None while it waits for none."""
    unsent = [each for each in _waiting(turn) if each.state == RequestState.AGREED]
    views = queries.view_requests(turn.session, unsent[:1])
    return [Text(where_to(view.return_address) + SEND_NUMBER) for view in views] or None


@router.step("return_parcel", lasting=True)
def hear_more(turn: Turn) -> Sequence[Reply] | None:
    """Which of several requests, by which carrier, under which number."""
    question, told = turn.memory.question, told_of_parcel(turn.text)
    numbers = [str(each) for each in question["requests"]]
    waiting = [each for each in _waiting(turn) if each.request_no in numbers]
    if calls_away(turn) or not waiting or takes_back(turn.text):
        return None
    carrier = told.carrier or str(question["carrier"])
    tracking_no = told.tracking_no or str(question["tracking_no"])
    if len(waiting) > 1:
        chosen = at_positions(bare_positions(turn) or turn.understanding.ordinals, waiting)
        waiting = chosen or waiting
    is_answer = told.carrier or told.tracking_no or len(waiting) < len(numbers) or told.is_sent
    if not is_answer:
        return [Text(words.LEFT)] if is_yes(turn) is False else None
    return _go_on(turn, waiting, carrier, tracking_no)


def _go_on(
    turn: Turn, waiting: Sequence[AfterSale], carrier: str, tracking_no: str
) -> Sequence[Reply]:
    """Ask for what is missing, or note the parcel."""
    about = {
        "requests": [each.request_no for each in waiting],
        "carrier": carrier,
        "tracking_no": tracking_no,
    }
    if len(waiting) > 1:
        views = queries.view_requests(turn.session, waiting)
        listed = [f"{n}. {request_in_words(view)}" for n, view in enumerate(views, 1)]
        question = turn.ask("return_parcel", words.WHICH_REQUEST, **about)
        return [Text(texts.fitting(listed, question.content))]
    if not carrier or not tracking_no:
        missing = words.WHICH_CARRIER if tracking_no else words.WHICH_NUMBER
        sentence = missing if carrier or tracking_no else words.WHICH_BOTH
        return [turn.ask("return_parcel", sentence, **about)]
    return _note(turn, waiting[0], carrier, tracking_no)


def _note(turn: Turn, request: AfterSale, carrier: str, tracking_no: str) -> Sequence[Reply]:
    try:
        noted = send_back(
            turn.session,
            turn.customer_id,
            request.request_no,
            carrier=carrier,
            tracking_no=tracking_no,
            now=turn.now,
        )
    except IllegalMove as refusal:
        return [Text(f"{refusal}。有问题请说“转人工”。")]
    is_money = noted.kind == RequestKind.RETURN_REFUND
    sentence = words.NOTED.format(
        request_no=noted.request_no,
        carrier=CARRIERS[carrier].name,
        tracking_no=tracking_no,
        then=words.THEN_MONEY if is_money else words.THEN_EXCHANGE,
    )
    return [Text(f"{sentence}\n{steps_in_words(noted)}")]


def _waiting(turn: Turn) -> list[AfterSale]:
    """The customer's requests for which the shop waits for goods; the one named, if one is.

    Those of which no number is known yet come alone, if there are any.
    """
    live = queries.list_live(turn.session, turn.customer_id)
    waiting = [each for each in live if awaits_goods(each)]
    named = _NUMBER.search(turn.text)
    if named:
        return [each for each in waiting if each.request_no == named.group().upper()]
    unsent = [each for each in waiting if each.state == RequestState.AGREED]
    return (unsent or waiting)[:SHOWN]


def _is_about_another(turn: Turn, told: Told) -> bool:
    """Whether a number alone is that of an order, of a parcel to the customer, or asked about."""
    if words.asks_where(turn.text) or not told.tracking_no:
        return True
    found = orders.find_order(turn.session, turn.customer_id, told.tracking_no)
    own = tracking.find_own_parcel(turn.session, turn.customer_id, told.tracking_no)
    return found is not None or own is not None
