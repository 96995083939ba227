"""Another kind in a line's place: 换成白色, 其中一条换成粉的."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot import texts
from bot.handlers.cart import cart_total, note_kind, refused
from bot.handlers.cart_words import look_at
from bot.handlers.choosing import Choice, Question, another_kind, names_said, put_question
from bot.handlers.picking import at_positions, bare_positions
from bot.handlers.variants import Traits, is_any, short_label, traits_said
from bot.messages import Reply, Text
from bot.turn import Turn
from commerce.catalogue.views import ProductView, VariantView
from commerce.errors import ShopError
from commerce.money import yuan
from commerce.ordering import cart


def swap_kind(
    turn: Turn, line_id: int, product: ProductView, traits: Traits, pieces: int = 0
) -> Sequence[Reply]:
    """The kind of these traits in a line's place, all else of it as it was; or a question.

    With `pieces` only so many of the line are another kind.
    """
    like = next((each for each in product.variants if each.id == line_id), None)
    if like is None:
        return [Text(texts.GONE)]
    kind = another_kind(product, traits, like, pieces)
    if isinstance(kind, Question):
        return [put_question(turn, kind)]
    return swap_line(turn, line_id, product, kind, pieces)


def swap_line(
    turn: Turn, line_id: int, product: ProductView, variant: VariantView, pieces: int = 0
) -> Sequence[Reply]:
    """Another kind of the same product in a line's place; its quantity stays.

    With `pieces` only so many of the line are another kind.
    """
    view = cart.view(turn.session, turn.customer_id)
    line = next((each for each in view.lines if each.variant_id == line_id), None)
    if line is None:
        return look_at(turn, view, texts.NOT_IN_CART.format(what=texts.short(product.title)))
    moved = min(pieces or line.quantity, line.quantity)
    if variant.id != line.variant_id:
        try:
            # In before out: when the new one is sold out, the cart stays as it was.
            cart.add(turn.session, turn.customer_id, variant.id, moved, turn.now)
        except ShopError as error:
            said = refused(turn, Choice(product, variant, moved, was_named=True), error)
            return [Text(said) if isinstance(said, str) else put_question(turn, said)]
        left = line.quantity - moved
        cart.set_quantity(turn.session, turn.customer_id, line.variant_id, left, turn.now)
    note_kind(turn, product, variant)
    turn.memory.added = [
        (variant.id if each == line_id else each, count) for each, count in turn.memory.added
    ]
    changed = texts.VARIANT_CHANGED.format(
        label=short_label(variant.label),
        title=texts.short(product.title),
        quantity=moved,
        price=yuan(variant.price * moved),
    )
    turn.memory.cart = [variant.id if each == line_id else each for each in turn.memory.cart]
    return [Text(f"{changed}\n{cart_total(turn)}")]


def hear_swap(turn: Turn, product: ProductView, about: Mapping[str, Any]) -> Sequence[Reply] | None:
    """The answer to which other kind a line of the cart shall be."""
    line_id, pieces = int(about["line"]), int(about.get("quantity") or 0)
    wanted: Mapping[str, str] = about.get("wanted") or {}
    stocked = [each for each in product.variants if each.in_stock] or list(product.variants)
    left = [
        each
        for each in stocked
        if all(str(each.attributes.get(name)) == value for name, value in wanted.items())
    ]
    if is_any(turn.text):
        return swap_line(turn, line_id, product, (left or stocked)[0], pieces)
    traits = traits_said(turn, product)
    if traits:
        said = names_said(product, traits)
        kept = tuple(value for name, value in wanted.items() if name not in said)
        return swap_kind(
            turn, line_id, product, replace(traits, others=(*traits.others, *kept)), pieces
        )
    chosen = at_positions(bare_positions(turn), left or stocked)
    return swap_line(turn, line_id, product, chosen[0], pieces) if chosen else None
