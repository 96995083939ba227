"""Tell more of one product, compare some, show a card; and hear what is said of a list."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot import texts
from bot.handlers.answers import plain
from bot.handlers.cart import put_into_cart, put_products
from bot.handlers.cart_changes import drops_it, swaps_it, update_cart
from bot.handlers.detail_words import answer_about, compared
from bot.handlers.picking import (
    ask_which,
    at_positions,
    bare_positions,
    is_bare_description,
    names,
    pick,
)
from bot.handlers.product_search import is_refinement, refine
from bot.messages import Card, Reply, Text
from bot.router import Router
from bot.turn import Turn
from commerce.catalogue import queries
from commerce.catalogue.views import ProductView
from miniprogram_cards.cards import product_card
from nlu.understanding import Intent

router = Router()

CARD_WORDS: Final = re.compile(
    r"(?:第.{1,3}[个款]|这[个款]|它)?(?:的)?"
    r"(?:我?(?:想|要|能|可以)*(?:给我|帮我)?)?(?:看看|看下|看一下|看|发|发一?[个下张]|来[个张]|有|打开|点开)?"
    r"(?:这[个款]|它|第.{1,3}个|商品|产品|宝贝)?(?:的|有|没有)*(?:图片|图|照片|实物图|大图|链接|小程序|卡片|详情页)"
    r"(?:看看|看下|看一下|看|打开|给我|来看看|发我|发给我|发我看看)?(?:吗|吧|呢|啊|嘛)?"
)
QUESTION: Final = re.compile(r"(?:吗|么|嘛|没有?|不)?[?？]?$(?<=[吗么嘛没有不?？])")
A_PAIR: Final = 2
MOST_COMPARED: Final = 3


@dataclass(frozen=True, slots=True)
class CardSubject:
    """What a card shows of a product; `price` is its lowest, in fen."""

    id: int
    title: str
    price: int
    picture: str


@router.intent(Intent.ASK_PRODUCT_DETAIL)
def tell_more(turn: Turn) -> Sequence[Reply]:
    """Answer a question about one product: the very thing asked, or what there is to know."""
    picking = pick(turn)
    if picking.problem:
        return ask_which(turn, picking)
    if wants_card(turn.text):
        return show_card(turn)
    products = queries.list_products(turn.session, picking.products[:MOST_COMPARED])
    if not products:
        return [Text(texts.GONE)]
    turn.memory.focus = products[0].id
    return [Text(texts.fitting([answer_about(turn, product) for product in products]))]


@router.intent(Intent.COMPARE_PRODUCTS)
def compare(turn: Turn) -> Sequence[Reply]:
    """Two or three products side by side, by what differs."""
    shown = turn.memory.shown
    if bare_positions(turn) and turn.memory.in_view == "list":
        return choose_from_list(turn)  # 第一个和第三个 after a list takes both.
    chosen = at_positions(turn.understanding.ordinals, shown) or []
    if turn.understanding.ordinals and not chosen:
        return [turn.ask("pick", texts.WHICH_OF_LIST.format(count=len(shown)), request=_said(turn))]
    if not chosen:
        chosen = _named_pair(turn) or (list(shown) if len(shown) == A_PAIR else [])
    if len(chosen) < A_PAIR:
        words = texts.WHICH_TO_COMPARE if len(shown) >= A_PAIR else texts.NOTHING_SHOWN
        return [
            turn.ask("pick", words, request=_said(turn)) if len(shown) >= A_PAIR else Text(words)
        ]
    places = [shown.index(each) + 1 if each in shown else 0 for each in chosen[:MOST_COMPARED]]
    products = queries.list_products(turn.session, chosen[:MOST_COMPARED])
    return [Text(compared(products, places, turn.text))]


@router.view("list")
def hear_about_list(turn: Turn) -> Sequence[Reply] | None:
    """While a list is in view, a bare position chooses from it, and 便宜点的 narrows it."""
    if drops_it(turn) or swaps_it(turn):
        return update_cart(turn)
    if wants_card(turn.text):
        return show_card(turn)
    if is_bare_description(turn.text) and len(turn.memory.shown) > 1:
        return put_into_cart(turn)
    if bare_positions(turn):
        return choose_from_list(turn)
    if asks_about_one(turn):
        return tell_more(turn)
    if is_refinement(turn.text):
        return refine(turn)
    is_yes = turn.understanding.intent == Intent.AFFIRM and turn.memory.variant is None
    if is_yes and len(turn.memory.shown) > 1:
        return [turn.ask("pick", texts.YES_TO_LIST, request=_buying())]
    return None


@router.step("pick")
def hear_pick(turn: Turn) -> Sequence[Reply] | None:
    """The answer to which one: the earlier request goes on with it."""
    positions = bare_positions(turn)
    if not positions:
        return None
    request = turn.memory.question["request"]
    turn.take_as(request["text"], request["intent"], {**request["entities"], "ordinal": positions})
    match request["intent"]:
        case Intent.ADD_TO_CART:
            return put_into_cart(turn)
        case Intent.COMPARE_PRODUCTS:
            return compare(turn)
    return tell_more(turn)


def choose_from_list(turn: Turn) -> Sequence[Reply]:
    """Put what stands at the bare positions into the cart, one of each."""
    chosen = at_positions(bare_positions(turn), turn.memory.shown)
    if chosen is None:
        words = texts.WHICH_OF_LIST.format(count=len(turn.memory.shown))
        return [turn.ask("pick", words, request=_buying())]
    # A bare 2 is a position, not two pieces.
    turn.take_as(turn.text, Intent.ADD_TO_CART, {})
    return put_products(turn, chosen)


def show_card(turn: Turn) -> Sequence[Reply]:
    """The card of one product, which opens its pictures; only ever when asked for."""
    picking = pick(turn)
    if picking.problem:
        return ask_which(turn, picking)
    product = queries.find_product(turn.session, picking.products[0])
    if product is None:
        return [Text(texts.GONE)]
    turn.memory.focus = product.id
    content = product_card(_subject(product), turn.source)
    return [Card(content.title, content.path, content.picture)]


def wants_card(text: str) -> bool:
    """Whether somebody asks to see it: 看图, 发链接, 小程序打开."""
    return CARD_WORDS.fullmatch(plain(text)) is not None


def asks_about_one(turn: Turn) -> bool:
    """Whether 有红色的吗 is asked of one product, pointed at or just spoken of, not of the list."""
    said = turn.understanding
    if said.intent != Intent.REFINE_SEARCH or not (said.ordinals or turn.memory.focus):
        return False
    names_a_trait = any(said.strings(kind) for kind in ("color", "size", "attribute"))
    names_goods = names(turn) or said.first("price_max") or said.first("price_min")
    return names_a_trait and not names_goods and QUESTION.search(turn.text) is not None


def _subject(product: ProductView) -> CardSubject:
    return CardSubject(product.id, product.title, product.lowest_price, product.picture)


def _named_pair(turn: Turn) -> list[int]:
    """The products of the list that bear one of the names each: 旗袍和针织裙哪个好."""
    words = [*names(turn), *turn.understanding.strings("attribute")]
    products = queries.list_products(turn.session, turn.memory.shown)
    by_word = [[each.id for each in products if word in each.title] for word in words]
    return list(dict.fromkeys(found[0] for found in by_word if len(found) == 1))


def _said(turn: Turn) -> dict[str, object]:
    said = turn.understanding
    entities = {name: value for name, value in said.entities.items() if name != "ordinal"}
    return {"text": turn.text, "intent": said.intent, "entities": entities}


def _buying() -> dict[str, object]:
    return {"text": "", "intent": Intent.ADD_TO_CART, "entities": {}}
