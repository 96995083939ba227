"""What had to be asked before something went into the cart: which kind, and as many as are left."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from bot import texts
from bot.handlers.answers import is_yes, plain
from bot.handlers.cart import Want, put_products, put_variant, put_wants
from bot.handlers.cart_swaps import hear_swap
from bot.handlers.choosing import FIT_NAMES, not_there, put_question
from bot.handlers.goods_names import names
from bot.handlers.kind_words import pieces_said
from bot.handlers.picking import at_positions, bare_positions
from bot.handlers.variants import Traits, is_any, trait_values, traits_said
from bot.messages import Reply, Text
from bot.router import Router
from bot.turn import Turn
from commerce.catalogue import queries
from commerce.catalogue.views import ProductView
from commerce.ordering import cart
from nlu.understanding import Intent

router = Router()

_BARE_COUNT: Final = re.compile(
    r"(?:我|就|给我|帮我|想|要|买|来|拿|各|每样)*[0-9一二两三四五六七八九十俩仨]{1,3}[个件条双只支瓶盒箱包袋台套份]?(?:吧|呀|的|就行|就够了)*"
)
_BARE_SIZE: Final = re.compile(
    r"(?:那|就|我|要|来|拿|选|穿|换|换成|还是)*(?P<size>\d{2,3}(?:\.5)?)(?:码|号)?(?:的|吧|呢|呀|了|就行|有吗|有没有|行吗)*"
)


@router.step("variant", lasting=True)
def hear_variant(turn: Turn) -> Sequence[Reply] | None:
    """The answer to which colour or size it shall be."""
    about = turn.memory.question
    product = queries.find_product(turn.session, int(about["product"]))
    if product is None:
        return [Text(texts.GONE)]
    traits = traits_said(turn, product)
    if about.get("line"):
        return hear_swap(turn, product, about)
    pieces = int(about.get("quantity", 1))
    place = at_positions(bare_positions(turn), about.get("values", ()))
    if is_any(turn.text):
        answer = put_products(turn, [product.id], pieces=pieces, anything=True)
        return _go_on(turn, answer, about)
    if traits and not names(turn):
        if not bare_positions(turn):  # A bare 38 is a size, not an amount.
            counted = turn.understanding.first("quantity") is not None
            pieces = pieces_said(turn, product) if counted else pieces
    elif place and about.get("trait"):
        turn.memory.choose(product.id, {about["trait"]: place[0]})
    elif turn.understanding.intent in (Intent.AFFIRM, Intent.CHECKOUT) or _only_counts(turn):
        pieces = _only_counts(turn) or pieces
        is_paying = turn.understanding.intent == Intent.CHECKOUT
        if is_paying and cart.view(turn.session, turn.customer_id).lines:
            return None
        return [turn.ask("variant", about["words"], **{**_kept(about), "quantity": pieces})]
    else:
        return _no_such_size(turn, product, pieces)
    return _go_on(turn, put_products(turn, [product.id], pieces=pieces), about)


@router.step("take_left")
def hear_take_left(turn: Turn) -> Sequence[Reply] | None:
    """Whether to take as many as are left."""
    about = turn.memory.question
    match is_yes(turn):
        case True:
            answer = put_variant(turn, int(about["variant"]), int(about["available"]))
        case False:
            answer = [Text(texts.NOTHING_ASKED_NO)]
        case None:
            return _another_kind(turn, about)
    return _go_on(turn, answer, about)


def _another_kind(turn: Turn, about: Mapping[str, Any]) -> Sequence[Reply] | None:
    """那蜜汁的, where too few of the other kind are left: as many of that one."""
    found = queries.list_products_of_variants(turn.session, [int(about["variant"])])
    for product, _ in found.values():
        if traits_said(turn, product) and not names(turn):
            counted = turn.understanding.first("quantity") is not None
            pieces = pieces_said(turn, product) if counted else int(about.get("quantity", 1))
            return _go_on(turn, put_products(turn, [product.id], pieces=pieces), about)
    return None


def _go_on(turn: Turn, answer: list[Reply], about: Mapping[str, Any]) -> list[Reply]:
    """After an answer, what waited for it: the other things that were wanted in one breath."""
    rest: list[dict[str, Any]] = list(about.get("rest", ()))
    if not rest:
        return answer
    if turn.step:  # One more question about the same thing comes first.
        turn.memory.question["rest"] = rest
        return answer
    added = turn.memory.added
    turn.take_as("", Intent.ADD_TO_CART, {})  # What was said of the one is not said of the other.
    more = put_wants(turn, [Want(int(each["product"]), turn, int(each["pieces"])) for each in rest])
    turn.memory.added = [*added, *turn.memory.added]
    return [*answer, *more]


def _kept(about: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in about.items() if name != "words"}


def _only_counts(turn: Turn) -> int:
    """The number of a message that says nothing else, such as 来两件; 0 for any other."""
    is_bare = _BARE_COUNT.fullmatch(plain(turn.text)) is not None
    return int(turn.understanding.first("quantity") or 0) if is_bare else 0


def _no_such_size(turn: Turn, product: ProductView, pieces: int) -> Sequence[Reply] | None:
    """那就38, of a shoe that comes in other sizes: these are told, and the question stays."""
    said = _BARE_SIZE.fullmatch(plain(turn.text))
    sizes = [each for name in FIT_NAMES for each in trait_values(product.variants, name)]
    if said is None or not any(each.isdecimal() for each in sizes):
        return None
    question = not_there(product, Traits(sizes=(said["size"],)), (), quantity=pieces)
    return [put_question(turn, question)]
