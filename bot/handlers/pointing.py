"""What is said by pointing alone: take these, ask of that one, compare those, none of them."""

from collections.abc import Sequence
from typing import Final

from bot import texts
from bot.handlers.answers import is_yes
from bot.handlers.cart import MORE_WORDS, put_products, put_variant
from bot.handlers.comparing import MOST_COMPARED, compare, compare_these
from bot.handlers.picking import ask_which
from bot.handlers.product_detail import tell_about
from bot.handlers.references import Reference, read_reference
from bot.messages import Reply, Text
from bot.router import Router
from bot.turn import Turn
from commerce.catalogue import queries
from commerce.money import yuan
from nlu.understanding import Intent

router = Router()

MOST_UNASKED: Final = 3
"""More than so many products at once go into the cart only after a yes."""


@router.anywhere
def hear_reference(turn: Turn) -> Sequence[Reply] | None:
    """A message that only points at goods means the same, whatever it was understood as."""
    reference = read_reference(turn)
    if reference is None:
        return None
    if reference.act == "refuse":
        return _refuse_all(turn) if turn.memory.in_view == "list" else None
    if reference.picking.problem:
        return _ask_which(turn, reference)
    chosen = reference.picking.products
    match reference.act:
        case "compare":
            turn.take_as(turn.text, Intent.COMPARE_PRODUCTS, {})
            return (
                compare_these(turn, chosen) if 1 < len(chosen) <= MOST_COMPARED else compare(turn)
            )
        case "ask":
            return _ask_about(turn, chosen)
    return _take(turn, reference)


@router.step("take_all")
def hear_take_all(turn: Turn) -> Sequence[Reply] | None:
    """Whether all of a long list shall go into the cart."""
    about = turn.memory.question
    match is_yes(turn):
        case True:
            return put_products(
                turn, [int(each) for each in about["products"]], pieces=about["each"]
            )
        case False:
            return [Text(texts.NOTHING_ASKED_NO)]
    return None


def _take(turn: Turn, reference: Reference) -> Sequence[Reply]:
    chosen, quantity = reference.picking.products, reference.quantity
    if not quantity and not reference.is_named and _just_added(turn, chosen):
        return [Text(texts.YES_TO_CART)]
    said = turn.understanding
    kind = {name: said.strings(name) for name in ("color", "size") if said.strings(name)}
    if len(chosen) == 1 and not kind and MORE_WORDS.search(turn.text):
        same = _of_this_product(turn, chosen[0])
        if same is not None:
            return put_variant(turn, same, quantity or 1)
    if reference.is_all and len(chosen) > MOST_UNASKED:
        products = queries.list_products(turn.session, chosen)
        total = sum(product.lowest_price for product in products) * (quantity or 1)
        words = texts.TAKE_ALL.format(count=len(products), total=yuan(total))
        return [turn.ask("take_all", words, products=list(chosen), each=quantity or 1)]
    turn.take_as(turn.text, Intent.ADD_TO_CART, kind)
    return put_products(turn, chosen, pieces=quantity or 1)


def _ask_about(turn: Turn, chosen: Sequence[int]) -> Sequence[Reply]:
    """第二个呢 asks of it what was asked of the one before."""
    asked = turn.memory.asked_of_product
    if asked and turn.text.rstrip("?？。~ ").endswith("呢"):
        turn.take_as(asked["text"], Intent.ASK_PRODUCT_DETAIL, asked["entities"])
    else:
        turn.take_as(turn.text, Intent.ASK_PRODUCT_DETAIL, turn.understanding.entities)
    return tell_about(turn, chosen)


def _ask_which(turn: Turn, reference: Reference) -> Sequence[Reply]:
    intents = {"take": Intent.ADD_TO_CART, "compare": Intent.COMPARE_PRODUCTS}
    intent = intents.get(reference.act, Intent.ASK_PRODUCT_DETAIL)
    entities = {"quantity": reference.quantity} if reference.quantity else {}
    turn.take_as(turn.text, intent, entities)
    return ask_which(turn, reference.picking)


def _refuse_all(turn: Turn) -> Sequence[Reply]:
    """都不要 of a list; what just went into the cart is only taken out when that is said."""
    turn.memory.focus = None
    return [Text(texts.NONE_BUT_CART if turn.memory.added else texts.NONE_OF_THESE)]


def _just_added(turn: Turn, chosen: Sequence[int]) -> bool:
    """Whether exactly these went into the cart a moment ago: 就它了 does not double them."""
    added = [variant for variant, _ in turn.memory.added]
    products = {
        each[0].id for each in queries.list_products_of_variants(turn.session, added).values()
    }
    return bool(added) and products == set(chosen) and not MORE_WORDS.search(turn.text)


def _of_this_product(turn: Turn, product_id: int) -> int | None:
    variant = turn.memory.variant
    found = queries.list_products_of_variants(turn.session, [variant] if variant else [])
    return next((each for each, (product, _) in found.items() if product.id == product_id), None)
