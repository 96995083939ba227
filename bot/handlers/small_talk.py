"""Greetings, thanks, yes and no to nothing, and what to say when nothing was understood."""

from collections.abc import Sequence
from typing import Final

from bot import texts
from bot.messages import Choices, Reply, Text
from bot.router import Router
from bot.turn import Turn
from nlu.understanding import Intent

router = Router()

PATIENCE: Final = 2
"""Misunderstandings in a row before a person is offered."""


@router.kind("follow")
@router.intent(Intent.GREET, Intent.HELP)
def greet(turn: Turn) -> Sequence[Reply]:
    """Say who we are and what can be done here."""
    return [Choices(texts.welcome(turn.shop.name), texts.MENU)]


@router.intent(Intent.THANK)
def take_thanks(turn: Turn) -> Sequence[Reply]:
    """A thank-you is answered and leaves the open question open."""
    turn.step = turn.asked
    return [Text(texts.THANKS)]


@router.intent(Intent.GOODBYE)
def say_goodbye(_turn: Turn) -> Sequence[Reply]:
    """Let them go."""
    return [Text(texts.GOODBYE)]


@router.intent(Intent.AFFIRM)
def hear_yes(_turn: Turn) -> Sequence[Reply]:
    """Yes, but nothing was asked."""
    return [Text(texts.NOTHING_ASKED_YES)]


@router.intent(Intent.DENY)
def hear_no(_turn: Turn) -> Sequence[Reply]:
    """No, but nothing was asked."""
    return [Text(texts.NOTHING_ASKED_NO)]


@router.intent(Intent.OUT_OF_SCOPE)
def stay_with_the_shop(turn: Turn) -> Sequence[Reply]:
    """Say what the shop can do instead."""
    turn.step = turn.asked
    return [Text(texts.OUT_OF_SCOPE)]


@router.fallback
def ask_again(turn: Turn) -> Sequence[Reply]:
    """Not understood: offer the menu, then a person. A voice without words was not even heard."""
    if turn.incoming.kind == "voice" and not turn.text:
        turn.step = turn.asked
        return [Text(texts.VOICE_UNHEARD)]
    turn.memory.misunderstood += 1
    turn.step = turn.asked
    if turn.memory.misunderstood > PATIENCE:
        return [Choices(texts.NOT_UNDERSTOOD_AGAIN, ("转人工", *texts.MENU[:2]))]
    return [Choices(texts.NOT_UNDERSTOOD, texts.MENU)]
