"""The cart by chat: put in, show, page."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from bot import texts
from bot.handlers.answers import is_yes
from bot.handlers.cart_words import line_in_words, look_at, show_cart_page
from bot.handlers.picking import ask_which, at_positions, bare_positions, pick
from bot.handlers.variants import (
    default_variant,
    fitting_variants,
    is_any,
    offer,
    short_label,
    trait_names_of,
    traits_said,
)
from bot.messages import Reply, Text
from bot.router import Router
from bot.turn import Turn
from commerce.catalogue import queries
from commerce.catalogue.views import ProductView, VariantView
from commerce.errors import OutOfStock, ShopError
from commerce.money import yuan
from commerce.ordering import cart
from nlu.understanding import Intent

router = Router()

MORE_WORDS: Final = re.compile(
    r"再(?:来|加|要|买|拿|多)|多(?:来|加|要|拿|[一1两2几俩]|点)|加(?:一|1|两|2|俩|几)(?!成|到)"
)


@dataclass(frozen=True, slots=True)
class Choice:
    """A variant to put in, and whether the customer named its kind."""

    product: ProductView
    variant: VariantView
    quantity: int
    was_named: bool


def put_into_cart(turn: Turn) -> Sequence[Reply]:
    """Put what was pointed at or named into the cart."""
    if _wants_more_of_the_same(turn):
        return put_variant(turn, int(turn.memory.variant or 0), wanted_quantity(turn))
    picking = pick(turn)
    if picking.problem:
        return ask_which(turn, picking)
    return put_products(turn, picking.products)


def put_products(turn: Turn, products: Sequence[int]) -> list[Reply]:
    """Put one or more products into the cart, each in the variant that was asked for.

    When one of them needs an answer first, the others are in the cart and the question is asked.
    """
    quantity = wanted_quantity(turn)
    lines: list[str] = []
    for product_id in products:
        chosen = _choose(turn, product_id, quantity)
        if isinstance(chosen, Choice):
            chosen = _put(turn, replace(chosen, was_named=chosen.was_named or len(products) > 1))
        lines.append(chosen)
    view = cart.view(turn.session, turn.customer_id)
    if view.lines and not turn.step:
        lines.append(texts.CART_TOTAL.format(pieces=view.pieces, total=yuan(view.total)))
    words = texts.fitting(lines)
    if turn.step:  # The question is asked in these words.
        turn.memory.question["words"] = lines[-1]
    return [Text(words)]


def put_variant(turn: Turn, variant_id: int, quantity: int) -> list[Reply]:
    """Put so many more of one variant into the cart."""
    found = queries.list_products_of_variants(turn.session, [variant_id]).get(variant_id)
    if found is None:
        return [Text(texts.GONE)]
    words = _put(turn, Choice(*found, quantity, was_named=True))
    if turn.step:
        return [Text(words)]
    view = cart.view(turn.session, turn.customer_id)
    total = texts.CART_TOTAL.format(pieces=view.pieces, total=yuan(view.total))
    return [Text(texts.fitting([words, *([total] if view.lines else [])]))]


def wanted_quantity(turn: Turn) -> int:
    """The pieces that were asked for; one if no number was said."""
    return max(1, int(turn.understanding.first("quantity") or 1))


@router.step("variant")
def hear_variant(turn: Turn) -> Sequence[Reply] | None:
    """The answer to which colour or size it shall be."""
    about = turn.memory.question
    product = queries.find_product(turn.session, int(about["product"]))
    if product is None:
        return [Text(texts.GONE)]
    variant = _variant_answered(turn, product)
    if variant is None:
        return None
    if about.get("line"):
        return swap_line(turn, int(about["line"]), product, variant)
    return put_variant(turn, variant.id, int(about.get("quantity", 1)))


def swap_line(
    turn: Turn, line_id: int, product: ProductView, variant: VariantView
) -> Sequence[Reply]:
    """Another kind of the same product in a line's place; its quantity stays."""
    view = cart.view(turn.session, turn.customer_id)
    line = next((each for each in view.lines if each.variant_id == line_id), None)
    if line is None:
        return look_at(turn, view, texts.NOT_IN_CART.format(what=texts.short(product.title)))
    if variant.id != line.variant_id:
        try:
            # In before out: when the new one is sold out, the cart stays as it was.
            cart.add(turn.session, turn.customer_id, variant.id, line.quantity, turn.now)
        except ShopError as error:
            return [Text(_refused(turn, Choice(product, variant, line.quantity, True), error))]
        cart.remove(turn.session, turn.customer_id, line.variant_id, turn.now)
    turn.memory.variant, turn.memory.focus = variant.id, product.id
    changed = texts.VARIANT_CHANGED.format(
        label=short_label(variant.label),
        title=texts.short(product.title),
        quantity=line.quantity,
        price=yuan(variant.price * line.quantity),
    )
    view = cart.view(turn.session, turn.customer_id)
    turn.memory.cart = [variant.id if each == line_id else each for each in turn.memory.cart]
    total = texts.CART_TOTAL.format(pieces=view.pieces, total=yuan(view.total))
    return [Text(f"{changed}\n{total}")]


@router.step("take_left")
def hear_take_left(turn: Turn) -> Sequence[Reply] | None:
    """Whether to take as many as are left."""
    about = turn.memory.question
    match is_yes(turn):
        case True:
            return put_variant(turn, int(about["variant"]), int(about["available"]))
        case False:
            return [Text(texts.NOTHING_ASKED_NO)]
    return None


@router.intent(Intent.VIEW_CART)
def show_cart(turn: Turn) -> Sequence[Reply]:
    """List the cart; positions spoken next are positions in it."""
    return show_cart_page(turn, cart.view(turn.session, turn.customer_id))


def _choose(turn: Turn, product_id: int, quantity: int) -> Choice | str:
    """The variant to put in; or the words that say why not, with a question if there is one."""
    product = queries.find_product(turn.session, product_id)
    if product is None:
        return texts.GONE
    turn.memory.focus = product_id
    if not product.in_stock:
        return _sold_out(turn, product, (), quantity)
    traits = traits_said(turn, product)
    if not traits:
        return Choice(product, default_variant(turn, product, quantity), quantity, False)
    fitting = fitting_variants(product, traits)
    if fitting and fitting[0].in_stock:
        return Choice(product, fitting[0], quantity, True)
    return ask_variant(turn, product, traits.words, fitting, quantity=quantity)


def ask_variant(
    turn: Turn, product: ProductView, wanted: str, fitting: Sequence[VariantView], **about: Any
) -> str:
    """What was wished is not there or sold out: say what is, and ask."""
    title = texts.short(product.title)
    if fitting:
        words = texts.SOLD_OUT_KIND.format(
            title=title, label=short_label(fitting[0].label), offer=offer(product)
        )
    else:
        about_traits = traits_said(turn, product)
        choice = offer(product, trait_names_of(product, about_traits))
        words = texts.NO_SUCH_TRAIT.format(title=title, wanted=wanted, offer=choice)
    return turn.ask("variant", words, product=product.id, **about).content


def _sold_out(
    turn: Turn, product: ProductView, wanted: Sequence[VariantView], quantity: int
) -> str:
    """This kind is gone: another one is offered, or, when all are, other goods."""
    if product.in_stock:
        return ask_variant(turn, product, "", wanted, quantity=quantity)
    category = [product.category] if product.category else []
    words = texts.ALL_SOLD_OUT.format(title=texts.short(product.title))
    return turn.ask("similar", words, category=category).content


def _variant_answered(turn: Turn, product: ProductView) -> VariantView | None:
    traits = traits_said(turn, product)
    if traits:
        like = None
        line_id = turn.memory.question.get("line")
        if line_id:
            like = next((each for each in product.variants if each.id == line_id), None)
        fitting = fitting_variants(product, traits, like)
        return fitting[0] if fitting else None
    stocked = [each for each in product.variants if each.in_stock] or list(product.variants)
    if is_any(turn.text):
        return stocked[0]
    chosen = at_positions(bare_positions(turn), stocked)
    return chosen[0] if chosen else None


def _put(turn: Turn, choice: Choice) -> str:
    product, variant = choice.product, choice.variant
    try:
        view = cart.add(turn.session, turn.customer_id, variant.id, choice.quantity, turn.now)
    except ShopError as error:
        return _refused(turn, choice, error)
    turn.memory.variant, turn.memory.focus = variant.id, product.id
    line = next(each for each in view.lines if each.variant_id == variant.id)
    words = line_in_words(line, choice.quantity)
    if line.quantity > choice.quantity:
        words += f"，现在共{line.quantity}件"
    added = texts.ADDED.format(line=words)
    if choice.was_named or line.quantity > choice.quantity:
        return added
    others = [each for each in product.variants if each.in_stock and each.id != variant.id]
    if not others:
        return added
    hint = texts.SWAP_HINT.format(offer=offer(product), example=short_label(others[0].label))
    return f"{added}{hint}"


def _refused(turn: Turn, choice: Choice, error: ShopError) -> str:
    """Why the cart does not take it; what is left is offered."""
    if not isinstance(error, OutOfStock):
        return texts.short(str(error), texts.LONGEST_ERROR)
    variant, title = choice.variant, texts.short(choice.product.title)
    label = f"（{short_label(variant.label)}）" if variant.label else ""
    view = cart.view(turn.session, turn.customer_id)
    already = sum(each.quantity for each in view.lines if each.variant_id == variant.id)
    left = variant.stock - already
    if variant.stock > 0 and left <= 0:
        return texts.ONLY_LEFT_IN_CART.format(
            title=title, label=label, available=variant.stock, already=already
        )
    if left <= 0:
        return _sold_out(turn, choice.product, [variant], choice.quantity)
    words = texts.ONLY_LEFT.format(title=title, label=label, available=left)
    return turn.ask("take_left", words, variant=variant.id, available=left).content


def _wants_more_of_the_same(turn: Turn) -> bool:
    """再来一件 without a name is one more of the very kind that was put in last."""
    said, memory = turn.understanding, turn.memory
    if memory.variant is None or not MORE_WORDS.search(turn.text):
        return False
    if any(said.strings(kind) for kind in ("product", "brand", "color", "size")) or said.ordinals:
        return False
    view = cart.view(turn.session, turn.customer_id)
    return any(line.variant_id == memory.variant for line in view.lines)
