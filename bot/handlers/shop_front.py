"""The shop front in chat: the shelves, what sells best and what is new, each one tap away."""

from collections.abc import Sequence
from typing import Final

from bot import texts
from bot.handlers.answers import plain
from bot.handlers.knowledge import known_answer
from bot.handlers.listing import show_page
from bot.handlers.product_cards import card_of_product
from bot.handlers.shop_front_words import (
    ASKS_ADVICE,
    ASKS_HOT,
    ASKS_HOT_LOOSELY,
    ASKS_MORE_SHELVES,
    ASKS_NEW,
    ASKS_NEW_LOOSELY,
    HOT,
    LAST_PAGE,
    MORE_HEAD,
    NEW,
    NOTHING_SOLD,
    NOTHING_YET,
    OF_THE_SHOP,
    SHELVES,
    TAIL,
    more_option,
    shelves_in_words,
)
from bot.handlers.wishes import simplified
from bot.memory import Wish
from bot.messages import Choices, Reply, Text
from bot.router import Router
from bot.turn import Turn
from commerce.catalogue import queries
from commerce.catalogue.front import Shelf, find_category, list_shelves
from commerce.catalogue.views import ProductSummary
from commerce.catalogue.wish import ProductWish, Sorting
from nlu.understanding import Intent

router = Router()

SHELVES_A_PAGE: Final = 6
LONGEST_REQUEST: Final = 24
"""Characters; whoever writes more wants something of their own."""
MOST_GOODS: Final = 20
"""Products of the list of what sells best, and of what is new."""


@router.intent(Intent.HELP)
def show_menu(turn: Turn) -> Sequence[Reply]:
    """Say who we are, and open the shop front."""
    known = known_answer(turn)
    if known is not None:
        return known
    head, shelves = texts.welcome(turn.shop.name), list_shelves(turn.session)
    options = _front(shelves) if shelves else texts.MENU
    return [Choices(head, tuple(options), TAIL)]


def show_front(turn: Turn) -> Sequence[Reply]:
    """Somebody wants to look around: what the shop has, to tap, and how to ask."""
    shelves = list_shelves(turn.session)
    if not shelves:
        return [Text(texts.SEARCH_WHAT)]
    head = SHELVES.format(shelves=shelves_in_words(shelves))
    return [Choices(head, tuple(_front(shelves)), texts.SEARCH_WHAT)]


@router.anywhere
def hear_front(turn: Turn) -> Sequence[Reply] | None:
    """An option of the shop front, tapped or said in other words."""
    words, sees_list = plain(turn.text), turn.memory.in_view == "list"
    if not 0 < len(words) <= LONGEST_REQUEST:
        return None
    if ASKS_HOT.fullmatch(words):
        return show_hot(turn)
    if ASKS_ADVICE.fullmatch(words) or ASKS_HOT_LOOSELY.fullmatch(words):
        return show_hot(turn) if OF_THE_SHOP.search(words) else _advise(turn)
    if ASKS_NEW.fullmatch(words) or (not sees_list and ASKS_NEW_LOOSELY.fullmatch(words)):
        return show_new(turn)
    more = ASKS_MORE_SHELVES.fullmatch(words)
    if more is not None:
        return show_more_shelves(turn, int(more["page"] or 2))
    category = find_category(turn.session, simplified(turn.text))
    return None if category is None else show_shelf(turn, category)


def show_hot(turn: Turn) -> Sequence[Reply]:
    """What can be had of what sold best. A shop that has sold nothing shows what is new."""
    selling = [each.id for each in _in_stock(turn, Sorting.SALES) if each.sales > 0]
    if selling:
        return _with_card(turn, show_page(turn, Wish(among=selling, named=[HOT])))
    return [Text(NOTHING_SOLD), *show_new(turn)]


def show_new(turn: Turn) -> Sequence[Reply]:
    """What was put on sale last and can be had."""
    newest = [each.id for each in _in_stock(turn, Sorting.NEWEST)]
    return _with_card(turn, show_page(turn, Wish(among=newest, named=[NEW])) if newest else None)


def show_shelf(turn: Turn, category: str) -> Sequence[Reply] | None:
    """What a category holds, what sells best first; None when nothing of it is on sale."""
    page = show_page(turn, Wish(category=[category]))
    return _with_card(turn, page) if page else None


def show_more_shelves(turn: Turn, page: int) -> Sequence[Reply]:
    """The shelves behind those of the front, with something to see of the first of them."""
    shelves = list_shelves(turn.session)
    here = shelves[(page - 1) * SHELVES_A_PAGE : page * SHELVES_A_PAGE]
    if not here:
        return [Choices(LAST_PAGE, tuple(_front(shelves)))] if shelves else show_front(turn)
    wish = ProductWish(category=here[0].name)
    found = turn.shop.search.search(turn.session, wish, limit=1, order=Sorting.SALES)
    head = MORE_HEAD.format(shelves=shelves_in_words(here), name=here[0].name)
    options = [each.name for each in here]
    options += [more_option(page + 1)] if len(shelves) > page * SHELVES_A_PAGE else []
    return [Choices(head, tuple(options)), *_cards(turn, [each.id for each in found.products])]


def _advise(turn: Turn) -> Sequence[Reply]:
    """What sells best: of the list in view, or of the whole shop."""
    memory = turn.memory
    if memory.in_view == "list" and not memory.wish.is_empty():
        page = show_page(turn, memory.wish, order=Sorting.SALES, said=memory.said)
        if page:
            return page
    return show_hot(turn)


def _front(shelves: Sequence[Shelf]) -> list[str]:
    """Options that each lead to goods; what sells best is only one when something has sold."""
    has_sold = any(each.sold for each in shelves)
    options = [HOT, NEW] if has_sold else [NEW]
    options += [each.name for each in shelves[:SHELVES_A_PAGE]]
    return [*options, more_option(2)] if len(shelves) > SHELVES_A_PAGE else options


def _in_stock(turn: Turn, sorting: Sorting) -> list[ProductSummary]:
    page = turn.shop.search.search(turn.session, ProductWish(), limit=MOST_GOODS, order=sorting)
    return [each for each in page.products if each.in_stock]


def _with_card(turn: Turn, page: Sequence[Reply] | None) -> Sequence[Reply]:
    """A list, and the card of what stands first on it."""
    return [*page, *_cards(turn, turn.memory.shown[:1])] if page else [Text(NOTHING_YET)]


def _cards(turn: Turn, products: Sequence[int]) -> list[Reply]:
    found = queries.list_products(turn.session, products)
    return [card_of_product(each, turn.source) for each in found]
