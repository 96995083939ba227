"""不是这个, 我说的是白色, 不是两件是三件: what was done last is put right, not doubled."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from bot import texts
from bot.handlers.answers import plain
from bot.handlers.cart import Want, put_into_cart, put_products, put_wants
from bot.handlers.cart_swaps import swap_kind
from bot.handlers.cart_words import look_at, named, show_cart_page
from bot.handlers.goods_names import names
from bot.handlers.listing import list_in_words
from bot.handlers.product_detail import tell_about
from bot.handlers.product_search import refine, search
from bot.handlers.references import read_reference
from bot.handlers.several_wishes import part_of
from bot.handlers.variants import traits_said
from bot.messages import Reply, Text
from bot.router import Router
from bot.turn import Turn
from commerce.catalogue import queries
from commerce.catalogue.views import ProductView
from commerce.errors import ShopError
from commerce.ordering import cart
from commerce.ordering.lines import PricedLine
from nlu.text import fold
from nlu.understanding import Intent

router = Router()

_BEGINS: Final = re.compile(
    r"^(?:哎呀?|啊|诶|唉|等等|等下|等一下)?[，, ]*(?:不是|不对|错了|我[说要指选]的(?:是|就是)"
    r"|我是说|我是要|我的意思是|应该是|你?(?:搞|弄|拿|加|选|点|说|看)错|不要[^，,。]{1,6}[，, ])"
)
_ENDS: Final = re.compile(r"[，, ]?(?:不是|而不是)[^，,。是]{1,8}[。！!]*$")
_NEGATED: Final = re.compile(
    r"(?:而)?不(?:是|要)[^，,。！!是要我应]{0,10}?(?=[，,。！!\s]|是|要|我|应该|而|$)"
    r"|^(?:哎呀?|啊|诶|唉)|不对|(?:你)?(?:搞|弄|拿|加|选|点|说|看)?错了?|等等|等一?下"
)
_LEADS: Final = re.compile(
    r"^[，,。！!\s]*(?:我[说要指选]的(?:就)?是|我是说|我是要|我的意思是|应该是|而是|是要|是|我要|我想要|要|换成)?"
)
_AFTER_ALL: Final = re.compile(
    r"(?:哎呀?|唉|算了|那|嗯|等等)*(?:我)?还是(?:要|来|拿|买|加)(?:上|它|这个|了)*(?:吧|啊|呀|的)*"
)
_ENOUGH: Final = re.compile(r"(?:就|也)?(?:行|好|可以|够|成)(?:了|吧|啦)?$")
_ASKS: Final = re.compile(r"[吗吧嘛么?？]$|怎么|为什么|为啥|多少|什么|哪|退|订单|地址|快递")


@router.anywhere
def hear_correction(turn: Turn) -> Sequence[Reply] | None:
    """Put right what was misunderstood a moment ago; None when nothing was to be put right."""
    text = turn.text
    if not (_BEGINS.search(text) or _ENDS.search(text)) or _ASKS.search(text):
        return None
    rest = _LEADS.sub("", _NEGATED.sub(" ", text)).strip(" ，,。！!了的啊呀")
    rest = _ENOUGH.sub("", rest)
    if not plain(rest):
        return _nothing_instead(turn)
    meant = part_of(turn, rest)
    for put_right in (_another_product, _another_kind, _another_amount, _another_thing):
        answer = put_right(turn, meant)
        if answer is not None:
            return answer
    return None


@router.anywhere
def hear_after_all(turn: Turn) -> Sequence[Reply] | None:
    """还是要吧 after 不要了: what left the cart comes back, in the kind that is said now."""
    said, words = turn.understanding, fold(turn.text)
    for surface in (*said.strings("color"), *said.strings("size")):
        words = words.replace(fold(surface), "", 1)
    if not turn.memory.taken_out or _AFTER_ALL.fullmatch(plain(words)) is None:
        return None
    found = queries.list_products_of_variants(turn.session, [n for n, _ in turn.memory.taken_out])
    back = [(*found[each], pieces) for each, pieces in turn.memory.taken_out if each in found]
    for product, variant, _ in back:
        kind = {name: str(value) for name, value in variant.attributes.items()}
        turn.memory.choose(product.id, kind)
    kind_said = {name: said.strings(name) for name in ("color", "size") if said.strings(name)}
    turn.take_as(turn.text, Intent.ADD_TO_CART, kind_said)
    wants = [Want(product.id, turn, pieces) for product, _, pieces in back]
    return put_wants(turn, wants, anything=not kind_said) if wants else None


def _another_product(turn: Turn, meant: Turn) -> Sequence[Reply] | None:
    """不是这个，是第二个: the other one instead; or the last question, asked of the other one."""
    reference = read_reference(meant)
    chosen = reference.picking.products if reference else ()
    if reference is None or not chosen:
        return None
    asked = turn.memory.asked_of_product
    if not turn.memory.added and asked:
        turn.take_as(asked["text"], Intent.ASK_PRODUCT_DETAIL, asked["entities"])
        return tell_about(turn, chosen)
    pieces = reference.quantity or _pieces(turn)
    gone = _take_back(turn)
    turn.take_as(meant.text, Intent.ADD_TO_CART, meant.understanding.entities)
    return _instead(gone, put_products(turn, chosen, pieces=pieces))


def _another_kind(turn: Turn, meant: Turn) -> Sequence[Reply] | None:
    """我说的是白色: of the line spoken of, or, without one, of what is in view."""
    if names(meant):
        return None
    line, pieces = _line_meant(turn)
    product = _product_of(turn, line)
    traits = traits_said(meant, product) if product else None
    if product is None or not traits:
        return None if line else _of_what_is_seen(turn, meant)
    turn.take_as(meant.text, Intent.UPDATE_CART, meant.understanding.entities)
    if line is None:
        return tell_about(turn, [product.id])
    return swap_kind(turn, line.variant_id, product, traits, pieces)


def put_amount_right(turn: Turn, quantity: int) -> Sequence[Reply] | None:
    """So many of the line just put in, or of the one spoken of; None when there is none."""
    line, pieces = _line_meant(turn)
    if line is None:
        return None
    wanted = line.quantity - pieces + quantity if pieces else quantity
    try:
        view = cart.set_quantity(turn.session, turn.customer_id, line.variant_id, wanted, turn.now)
    except ShopError as error:
        view = cart.view(turn.session, turn.customer_id)
        return look_at(turn, view, f"{texts.short(str(error), texts.LONGEST_ERROR)}，先没改。")
    turn.memory.added = [(line.variant_id, quantity)] if pieces else []
    return show_cart_page(turn, view)


def _another_amount(turn: Turn, meant: Turn) -> Sequence[Reply] | None:
    """不是两件，是三件."""
    quantity = meant.understanding.first("quantity")
    return None if quantity is None or names(meant) else put_amount_right(turn, int(quantity))


def _another_thing(turn: Turn, meant: Turn) -> Sequence[Reply] | None:
    """不是口红，我要牛奶: what was put in goes, the other thing is looked for."""
    said = names(meant)
    if not said:
        return None
    added = queries.list_products_of_variants(turn.session, [each for each, _ in turn.memory.added])
    if any(
        name in f"{product.brand} {product.title}" for product, _ in added.values() for name in said
    ):
        return None
    gone = _take_back(turn)
    intent = Intent.ADD_TO_CART if gone else Intent.SEARCH_PRODUCT
    turn.take_as(meant.text, intent, meant.understanding.entities)
    return _instead(gone, put_into_cart(turn) if gone else search(turn))


def _nothing_instead(turn: Turn) -> Sequence[Reply] | None:
    """不是这个 and nothing more: take it back if it is clear what, and ask which one it is."""
    memory = turn.memory
    if len(memory.added) > 1:
        return look_at(turn, cart.view(turn.session, turn.customer_id), texts.WHICH_IS_WRONG)
    pieces, gone = _pieces(turn), _take_back(turn)
    if gone:
        request = {"text": "", "intent": Intent.ADD_TO_CART, "entities": {"quantity": pieces}}
        words = texts.TAKEN_BACK.format(lines="、".join(gone))
        if len(memory.shown) > 1:
            return [Text(f"{words}{_ask_for_another(turn, request).content}")]
        return [Text(f"{words}{texts.NOTHING_SHOWN}")]
    if memory.asked_of_product and len(memory.shown) > 1:
        request = {"intent": Intent.ASK_PRODUCT_DETAIL, **memory.asked_of_product}
        return [_ask_for_another(turn, request)]
    return [Text(texts.WHAT_INSTEAD)] if memory.in_view == "list" else None


def _ask_for_another(turn: Turn, request: Mapping[str, Any]) -> Text:
    """Which one it shall be; the list is shown again when the cart was seen in between."""
    question = turn.ask("pick", texts.WHICH_INSTEAD, request=request)
    if turn.memory.in_view == "list":
        return question
    turn.memory.in_view = "list"
    return Text(f"{question.content}\n{list_in_words(turn, turn.memory.shown)}")


def _of_what_is_seen(turn: Turn, meant: Turn) -> Sequence[Reply] | None:
    """Of the product spoken of, or of the list: 我说的是白色的 narrows it again."""
    said = meant.understanding
    if not (said.strings("color") or said.strings("size")) or turn.memory.in_view != "list":
        return None
    turn.take_as(meant.text, Intent.REFINE_SEARCH, said.entities)
    focus = turn.memory.focus
    return tell_about(turn, [focus]) if focus is not None else refine(turn)


def _line_meant(turn: Turn) -> tuple[PricedLine | None, int]:
    """The line just put in, with the pieces put in; or the one spoken of last, and 0."""
    memory, view = turn.memory, cart.view(turn.session, turn.customer_id)
    lines = {line.variant_id: line for line in view.lines}
    if len(memory.added) == 1 and memory.added[0][0] in lines:
        return lines[memory.added[0][0]], memory.added[0][1]
    line = lines.get(memory.variant or 0)
    return (line, 0) if line is not None and line.product_id == memory.focus else (None, 0)


def _product_of(turn: Turn, line: PricedLine | None) -> ProductView | None:
    return None if line is None else queries.find_product(turn.session, line.product_id)


def _pieces(turn: Turn) -> int:
    return turn.memory.added[0][1] if len(turn.memory.added) == 1 else 1


def _take_back(turn: Turn) -> list[str]:
    """Take the pieces that were just put in out again; the names of their lines."""
    view = cart.view(turn.session, turn.customer_id)
    lines = {line.variant_id: line for line in view.lines}
    gone = []
    for variant_id, pieces in turn.memory.added:
        if variant_id in lines:
            left = max(0, lines[variant_id].quantity - pieces)
            cart.set_quantity(turn.session, turn.customer_id, variant_id, left, turn.now)
            gone.append(named(lines[variant_id]))
    if gone:
        turn.memory.added, turn.memory.variant = [], None
    return gone


def _instead(gone: Sequence[str], answer: Sequence[Reply]) -> Sequence[Reply]:
    first, *others = answer
    if not gone or not isinstance(first, Text):
        return answer
    words = texts.TAKEN_BACK.format(lines="、".join(gone))
    return [Text(texts.fitting([words], first.content)), *others]
