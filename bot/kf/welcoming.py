"""What a customer reads who opens the conversation."""

from datetime import datetime

from sqlmodel import Session

from bot import texts
from bot.contacts.tables import Place
from bot.contacts.welcomes import choose_welcome
from bot.kf import kf_words as words
from bot.messages import Choices, Text


def welcome_for(session: Session, scene: str, scene_param: str, at: datetime) -> Text | Choices:
    """The welcome of who came by that link at that time: the shop's own, or the usual one.

    A link's parameter is narrower than its scene.
    """
    for code_key in filter(None, (scene_param, scene)):
        chosen = choose_welcome(session, Place.CUSTOMER_SERVICE, code_key, at)
        if chosen is not None and chosen.code_key:
            break
    else:
        chosen = choose_welcome(session, Place.CUSTOMER_SERVICE, "", at)
    if chosen is None:
        return Choices(words.WELCOME, texts.MENU)
    if chosen.options:
        return Choices(chosen.words, tuple(chosen.options))
    return Text(chosen.words)
