"""Buying again: the last order once more, and what a customer bought before to pick from."""

import re
from collections.abc import Sequence
from typing import Final

from bot import texts
from bot.handlers.answers import is_yes, plain
from bot.handlers.cart import put_products, put_variant, wanted_quantity
from bot.handlers.cart_change_words import REMOVE_WORDS
from bot.handlers.cart_sums import total_in_words
from bot.handlers.goods_names import bears, names
from bot.handlers.kind_words import pieces_said
from bot.handlers.listing import show_page
from bot.handlers.order_choice import in_view, names_order, order_meant
from bot.handlers.order_words import card_of
from bot.handlers.picking import at_positions, bare_positions
from bot.handlers.reorder_words import (
    AGAIN,
    ASK_ALL,
    ASK_ONE,
    BOUGHT,
    BOUGHT_BEFORE,
    BUYS_AGAIN,
    DECLINED,
    FAVOURITES,
    FAVOURITES_GONE,
    KEPT,
    LIKE_LAST_TIME,
    NEVER_BOUGHT,
    NO_SUCH_LINE,
    NOT_PAID_YET,
    NOT_TO_BUY,
    NOTHING_LEFT,
    THAT_ORDER_AGAIN,
    WANTS_IT,
    WHAT_WAS_BOUGHT,
    order_in_words,
    put_in_words,
)
from bot.handlers.variants import traits_said
from bot.memory import Wish
from bot.messages import Reply, Text
from bot.router import Router
from bot.turn import Turn
from commerce.catalogue import queries
from commerce.money import yuan
from commerce.ordering import cart, orders
from commerce.ordering.reordering import (
    Favourite,
    PastLine,
    find_last_bought,
    list_favourites,
    list_past_lines,
    put_again,
)
from commerce.ordering.tables import Order, OrderState
from nlu.understanding import Intent

router = Router()

TAKES: Final = re.compile(r"只|就|要|来|买|加|拿|除|去掉")
ASKS: Final = re.compile(r"多少|怎么|什么|[吗呢么]$")
LONGEST_REQUEST: Final = 40
"""Characters; whoever writes more wants something else beside."""
WISHES: Final = frozenset(
    {Intent.ADD_TO_CART, Intent.SEARCH_PRODUCT, Intent.REFINE_SEARCH, Intent.ORDER_STATUS}
)


@router.anywhere
def hear_reorder(turn: Turn) -> Sequence[Reply] | None:
    """再来一单, 买过的, 上次买的牛奶再来一箱; None for whatever else is said."""
    words = plain(turn.text)
    if not 0 < len(words) <= LONGEST_REQUEST:
        return None
    if turn.asked == "variant" and LIKE_LAST_TIME.fullmatch(words):
        return _same_kind(turn)
    if _means_an_order(turn) and THAT_ORDER_AGAIN.fullmatch(words):
        order = order_meant(turn) if names_order(turn) else in_view(turn)
        return [Text(texts.ORDER_NOT_FOUND)] if order is None else offer_again(turn, order)
    if AGAIN.fullmatch(words) or (not turn.asked and WHAT_WAS_BOUGHT.fullmatch(words)):
        return buy_again(turn)
    if FAVOURITES.fullmatch(words):
        return show_favourites(turn, list_favourites(turn.session, turn.customer_id))
    if _recalls_goods(turn):
        return _one_of_them(turn)
    if _buys_goods_again(turn):
        return _the_one_bought(turn)
    _recall_kinds(turn)
    return None


def buy_again(turn: Turn) -> Sequence[Reply]:
    """The last order that was paid for, once more."""
    order = find_last_bought(turn.session, turn.customer_id)
    if order is not None:
        return offer_again(turn, order)
    states = [OrderState.UNPAID]
    unpaid = orders.list_orders(turn.session, turn.customer_id, states=states, limit=1)
    return offer_again(turn, unpaid[0]) if unpaid else [Text(NEVER_BOUGHT)]


def offer_again(turn: Turn, order: Order) -> Sequence[Reply]:
    """Put the one thing of it into an empty cart; of more, say what it is and ask first."""
    if order.state == OrderState.UNPAID:
        return [Text(NOT_PAID_YET.format(order_no=order.order_no)), card_of(turn, order)]
    lines = list_past_lines(turn.session, turn.customer_id, order)
    told, ready = order_in_words(order, lines), [line for line in lines if line.pieces]
    if not ready:
        kinds = _other_kinds(turn, lines)
        return kinds or [Text(texts.fitting(told, NOTHING_LEFT))]
    view = cart.view(turn.session, turn.customer_id)
    if len(ready) == 1 and not view.lines:
        return _put(turn, lines)
    total = sum(line.price * line.pieces for line in ready)
    question = (ASK_ALL if len(ready) > 1 else ASK_ONE).format(
        pieces=sum(line.pieces for line in ready),
        total=yuan(total),
        kept=KEPT.format(count=view.pieces) if view.lines else "",
    )
    turn.ask("reorder", question, order_no=order.order_no)
    return [Text(texts.fitting(told, question))]


@router.step("reorder", lasting=True)
def hear_reorder_answer(turn: Turn) -> Sequence[Reply] | None:
    """All of it, none of it, or what stands at some positions; 第二个不要 leaves that one out."""
    order_no = str(turn.memory.question["order_no"])
    order = orders.find_order(turn.session, turn.customer_id, order_no)
    if order is None:
        return [Text(texts.ORDER_NOT_FOUND)]
    lines = list_past_lines(turn.session, turn.customer_id, order)
    if _takes_some(turn):
        return _put_some(turn, order_no, [line for line in lines if line.pieces])
    match is_yes(turn):
        case True:
            return _put(turn, lines)
        case False:
            return [Text(DECLINED)]
    return None


def show_favourites(turn: Turn, favourites: Sequence[Favourite]) -> Sequence[Reply]:
    """What the customer bought, the most often first, to pick from."""
    if not favourites:
        return [Text(NEVER_BOUGHT)]
    wish = Wish(among=[each.product_id for each in favourites], named=[BOUGHT])
    return show_page(turn, wish) or [Text(FAVOURITES_GONE)]


def _put(turn: Turn, lines: Sequence[PastLine]) -> Sequence[Reply]:
    done = put_again(turn.session, turn.customer_id, lines, turn.now)
    told, put = put_in_words(done), [each for each in done if each.pieces]
    if not put:
        return [Text(texts.fitting(told, NOTHING_LEFT))]
    turn.memory.added = [(each.line.variant_id, each.pieces) for each in put]
    for each in put:
        if each.line.product_id is not None:
            turn.memory.speak_of(each.line.product_id)
    turn.memory.variant = put[-1].line.variant_id
    view = cart.view(turn.session, turn.customer_id)
    return [Text(texts.fitting(told, total_in_words(turn, view)))]


def _takes_some(turn: Turn) -> bool:
    """Whether only some of the lines are wanted; 第一个多少钱 is a question, not an answer."""
    said, words = turn.understanding, plain(turn.text)
    if not said.ordinals or said.first("order_no") or names(turn):
        return False
    is_answer = bare_positions(turn) or TAKES.search(words)
    return bool(is_answer) and ASKS.search(words) is None


def _put_some(turn: Turn, order_no: str, ready: Sequence[PastLine]) -> Sequence[Reply]:
    chosen = at_positions(turn.understanding.ordinals, ready)
    if chosen is None:
        return [turn.ask("reorder", NO_SUCH_LINE, order_no=order_no)]
    if REMOVE_WORDS.search(turn.text) or "除" in turn.text:
        chosen = [line for line in ready if line not in chosen]
    return _put(turn, chosen) if chosen else [Text(DECLINED)]


def _means_an_order(turn: Turn) -> bool:
    """Whether the message is about an order that it names, or that is in view."""
    return names_order(turn) or (in_view(turn) is not None and not names(turn))


def _recalls_goods(turn: Turn) -> bool:
    """Whether it is about certain goods that were bought before, and wanted again."""
    if not names(turn) or turn.understanding.intent not in WISHES:
        return False
    return BOUGHT_BEFORE.search(turn.text) is not None and not NOT_TO_BUY.search(turn.text)


def _one_of_them(turn: Turn) -> Sequence[Reply] | None:
    """上次买的牛奶再来两箱: the very kind that was bought last, or a choice of several."""
    bearing = _favourites_named(turn)
    if not bearing:
        return None
    if len(bearing) == 1 and WANTS_IT.search(turn.text):
        return put_variant(turn, bearing[0].variant_id, wanted_quantity(turn))
    return show_favourites(turn, bearing)


def _buys_goods_again(turn: Turn) -> bool:
    """Whether certain goods are wanted once more, though not that they were bought is said."""
    is_wish = turn.understanding.intent == Intent.ADD_TO_CART and bool(names(turn))
    return is_wish and not turn.understanding.ordinals and BUYS_AGAIN.search(turn.text) is not None


def _the_one_bought(turn: Turn) -> Sequence[Reply] | None:
    """猫罐头再来两箱: the kind that was bought last, unless other such goods are at hand."""
    bearing = _favourites_named(turn)
    if len(bearing) != 1 or _has_such_at_hand(turn, bearing[0].product_id):
        return None
    (favourite,) = bearing
    product = queries.find_product(turn.session, favourite.product_id)
    if product is None:
        return None
    if traits_said(turn, product):
        return put_products(turn, [product.id])
    return put_variant(turn, favourite.variant_id, pieces_said(turn, product))


def _has_such_at_hand(turn: Turn, bought: int) -> bool:
    """Whether the cart, the list or the talk has goods of that name which these words may mean."""
    memory, view = turn.memory, cart.view(turn.session, turn.customer_id)
    in_cart = {line.product_id for line in view.lines}
    listed = memory.shown if memory.in_view == "list" else []
    spoken_of = {*listed, *([memory.focus] if memory.focus else [])} - {bought}
    products = queries.list_products(turn.session, [*(in_cart | spoken_of)])
    return any(bears(each, turn) for each in products)


def _favourites_named(turn: Turn) -> list[Favourite]:
    """What was bought before and bears the names that the message says."""
    favourites = {each.product_id: each for each in list_favourites(turn.session, turn.customer_id)}
    products = queries.list_products(turn.session, list(favourites))
    return [favourites[each.id] for each in products if bears(each, turn)]


def _other_kinds(turn: Turn, lines: Sequence[PastLine]) -> Sequence[Reply]:
    """Of the one thing that an order held, and that is sold out, the kinds that are left."""
    if len(lines) != 1 or lines[0].product_id is None or lines[0].in_cart:
        return []
    (line,) = lines
    return put_variant(turn, line.variant_id, line.quantity)


def _same_kind(turn: Turn) -> Sequence[Reply] | None:
    """跟上次一样, in answer to which kind: the one that was bought last."""
    about = turn.memory.question
    product_id = int(about["product"])
    if about.get("line") or not _choose_kinds(turn, [product_id]):
        return None
    return put_products(turn, [product_id], pieces=int(about.get("quantity", 1)))


def _recall_kinds(turn: Turn) -> None:
    """第二个 of what was bought before means the kind that was bought."""
    memory = turn.memory
    if memory.in_view == "list" and BOUGHT in memory.wish.named and turn.understanding.ordinals:
        chosen = at_positions(turn.understanding.ordinals, memory.shown) or []
        _choose_kinds(turn, [each for each in chosen if str(each) not in memory.chosen])


def _choose_kinds(turn: Turn, products: Sequence[int]) -> bool:
    """Take it that the kinds are wanted that were bought last; whether any was bought."""
    favourites = list_favourites(turn.session, turn.customer_id) if products else []
    bought = [each.variant_id for each in favourites if each.product_id in products]
    found = queries.list_products_of_variants(turn.session, bought)
    for product, variant in found.values():
        traits = {name: str(value) for name, value in variant.attributes.items()}
        turn.memory.choose(product.id, traits)
    return bool(found)
