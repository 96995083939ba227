"""Greetings, thanks, yes and no to nothing, and what is no business of a shop."""

import re
from collections.abc import Sequence
from typing import Final

from bot import texts
from bot.handlers.answers import plain
from bot.handlers.cart_changes import drops_it, update_cart
from bot.handlers.clarifying import clarify, hand_over, show_menu
from bot.handlers.knowledge import answer_or_ask, known_answer
from bot.handlers.orders import tell_status
from bot.handlers.parcels import tell_parcels
from bot.handlers.product_search import search
from bot.handlers.scanning import hear_scene_of_follow
from bot.handlers.wishes import is_general_wish
from bot.messages import Choices, Reply, Text
from bot.router import Router
from bot.turn import Turn
from commerce.catalogue.sounds import spelled
from commerce.catalogue.words import HAN
from nlu.text import fold
from nlu.understanding import Intent

router = Router()

SHORTEST_SPELLING: Final = 4
"""Letters: what is shorter is a word of its own, such as usb."""
MOST_BESIDE: Final = 8
"""Characters beside the name of goods, in a message that is about these: 那有没有雨伞."""
SURE: Final = 0.6
"""From here on what is out of scope is no misspelt name of goods."""
_ASKED_FOR: Final = re.compile(
    rf"(?:那|你们|店里|还)*(?:有没有|有木有|有|卖)?(?P<name>[{HAN}]{{3,7}}?)"
    r"(?:呢|有吗|有么|有没有|有木有|有卖吗?|卖吗|卖不卖)"
)


@router.kind("follow")
def welcome(turn: Turn) -> Sequence[Reply]:
    """Greet a new follower, with what the QR code gave that brought them."""
    return [*hear_scene_of_follow(turn), *greet(turn)]


@router.intent(Intent.GREET)
def greet(turn: Turn) -> Sequence[Reply]:
    """Say who we are and what can be done here."""
    return [Choices(texts.welcome(turn.shop.name), texts.MENU)]


@router.intent(Intent.THANK)
def take_thanks(turn: Turn) -> Sequence[Reply]:
    """A thank-you is answered; an open question is put again, since a yes may follow."""
    if turn.understanding.strings("product"):
        return _search_instead(turn)  # 谢谢 再看看猫条 is a wish.
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
    """Say what the shop can do instead, then show it, then leave it to the shop's people."""
    if turn.understanding.first("order_no"):
        return tell_status(turn)
    known = known_answer(turn)
    if known is not None:
        return known
    if is_general_wish(turn.text) or _says_little_but_goods(turn) or _is_spelled(turn):
        return _search_instead(turn)
    misspelt = _misspelt_goods(turn) if turn.understanding.confidence < SURE else ""
    if misspelt:
        return _search_instead(turn, misspelt)
    turn.memory.misunderstood += 1
    match turn.memory.misunderstood:
        case 1:
            return [Text(texts.OUT_OF_SCOPE)]
        case 2:
            return show_menu(texts.OUT_OF_SCOPE_AGAIN)
    return hand_over(turn)


def _search_instead(turn: Turn, name: str = "") -> Sequence[Reply]:
    """Take it as a wish, for the goods of that name if one is given."""
    entities = {"product": [name]} if name else turn.understanding.entities
    turn.take_as(turn.text, Intent.SEARCH_PRODUCT, entities)
    return search(turn)


def _misspelt_goods(turn: Turn) -> str:
    """洗面乃 of 洗面乃有吗, if the search knows what is meant; or nothing."""
    asked = _ASKED_FOR.fullmatch(plain(turn.text))
    if asked is None:
        return ""
    wish = turn.shop.search.wish_from({"product": [asked["name"]]})
    page = turn.shop.search.search(turn.session, wish, limit=1)
    return asked["name"] if page.products and page.is_strict else ""


def _says_little_but_goods(turn: Turn) -> bool:
    """Whether a message names goods and says hardly more: 哑铃, whatever it was taken for."""
    rest = plain(turn.text)
    goods = [fold(name) for name in turn.understanding.strings("product")]
    for name in goods:
        rest = rest.replace(name, "", 1)
    return bool(goods) and len(rest) <= MOST_BESIDE


def _is_spelled(turn: Turn) -> bool:
    """Whether a message is nothing but pinyin: lianyiqun, which the search can read."""
    letters = plain(turn.text)
    return letters.isascii() and len(letters) >= SHORTEST_SPELLING and bool(spelled(letters))


@router.fallback
def ask_again(turn: Turn) -> Sequence[Reply]:
    """Not understood. A voice without words was not even heard: that does not count."""
    if turn.incoming.kind == "voice" and not turn.text:
        turn.keep_question()
        return [Text(texts.VOICE_UNHEARD)]
    if turn.understanding.first("order_no"):
        return tell_status(turn)
    if turn.understanding.first("tracking_no"):
        return tell_parcels(turn)
    known = known_answer(turn)
    if known is not None:
        return known
    if turn.understanding.strings("product") or is_general_wish(turn.text) or _is_spelled(turn):
        return _search_instead(turn)
    misspelt = _misspelt_goods(turn)
    if misspelt:
        return _search_instead(turn, misspelt)
    return answer_or_ask(turn) or clarify(turn)
