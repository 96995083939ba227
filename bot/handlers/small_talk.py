"""Greetings, thanks, yes and no to nothing, and what to say when nothing was understood."""

from collections.abc import Sequence
from typing import Final

from bot import texts
from bot.handlers.answers import is_yes
from bot.handlers.cart_changes import drops_it, update_cart
from bot.handlers.orders import tell_status
from bot.handlers.product_search import search
from bot.handlers.service import note_handoff
from bot.handlers.wishes import is_general_wish
from bot.messages import Choices, Reply, Text
from bot.router import Router
from bot.turn import Turn
from nlu.understanding import Intent

router = Router()

PATIENCE: Final = 1
"""Misunderstandings in a row before a person is offered."""
A_PERSON: Final = "转人工"


@router.kind("follow")
@router.intent(Intent.GREET, Intent.HELP)
def greet(turn: Turn) -> Sequence[Reply]:
    """Say who we are and what can be done here."""
    return [Choices(texts.welcome(turn.shop.name), texts.MENU)]


@router.intent(Intent.THANK)
def take_thanks(turn: Turn) -> Sequence[Reply]:
    """A thank-you is answered; an open question is put again, since a yes may follow."""
    question = turn.keep_question()
    return [Text(texts.THANKS_AND.format(question=question) if question else texts.THANKS)]


@router.intent(Intent.GOODBYE)
def say_goodbye(_turn: Turn) -> Sequence[Reply]:
    """Let them go."""
    return [Text(texts.GOODBYE)]


@router.intent(Intent.AFFIRM)
def hear_yes(turn: Turn) -> Sequence[Reply]:
    """Yes, but nothing was asked."""
    has_cart = turn.memory.variant is not None
    return [Text(texts.YES_TO_CART if has_cart else texts.NOTHING_ASKED_YES)]


@router.intent(Intent.DENY)
def hear_no(turn: Turn) -> Sequence[Reply]:
    """No, but nothing was asked: 不要了 of what was just put into the cart takes it out."""
    return update_cart(turn) if drops_it(turn) else [Text(texts.NOTHING_ASKED_NO)]


@router.intent(Intent.OUT_OF_SCOPE)
def stay_with_the_shop(turn: Turn) -> Sequence[Reply]:
    """Say what the shop can do instead; an open question is dropped."""
    if turn.understanding.first("order_no"):
        return tell_status(turn)
    turn.memory.misunderstood += 1
    if _is_lost(turn):
        return _offer_person(turn, texts.OUT_OF_SCOPE_AGAIN)
    return [Text(texts.OUT_OF_SCOPE)]


@router.step("offer_person")
def hear_offer(turn: Turn) -> Sequence[Reply] | None:
    """Whether a person shall come."""
    match is_yes(turn):
        case True:
            return note_handoff(turn)
        case False:
            return [Text(texts.PERSON_DECLINED)]
    return None


@router.fallback
def ask_again(turn: Turn) -> Sequence[Reply]:
    """Not understood: ask again, then offer a person. A voice without words was not even heard."""
    if turn.incoming.kind == "voice" and not turn.text:
        turn.keep_question()
        return [Text(texts.VOICE_UNHEARD)]
    if turn.understanding.first("order_no"):
        return tell_status(turn)  # A bare number of an order asks for it.
    if turn.understanding.strings("product") or is_general_wish(turn.text):
        return search(turn)
    turn.memory.misunderstood += 1
    if _is_lost(turn):
        return _offer_person(turn, texts.OFFER_PERSON)
    question = turn.keep_question()
    if question:
        return [Text(texts.ASK_AGAIN.format(question=question))]
    return [Choices(texts.NOT_UNDERSTOOD, texts.MENU)]


def _is_lost(turn: Turn) -> bool:
    return turn.memory.misunderstood > PATIENCE


def _offer_person(turn: Turn, words: str) -> Sequence[Reply]:
    turn.ask("offer_person", texts.ASK_PERSON)
    return [Choices(words, (A_PERSON, *texts.MENU[:2]))]
