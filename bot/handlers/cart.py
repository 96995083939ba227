"""Into the cart by chat: what was pointed at or named, one thing or several."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot import texts
from bot.handlers.cart_sums import total_in_words
from bot.handlers.cart_words import line_in_words, show_cart_page
from bot.handlers.choosing import Choice, Question, put_question, settle, sold_out
from bot.handlers.picking import Picking, ask_which, pick
from bot.handlers.several_wishes import names_of, wishes_apart
from bot.handlers.variants import is_any, offer, short_label, traits_said
from bot.messages import Reply, Text
from bot.router import Router
from bot.turn import Turn
from commerce.catalogue import queries
from commerce.catalogue.views import ProductView, VariantView
from commerce.errors import OutOfStock, ShopError
from commerce.ordering import cart
from nlu.understanding import Intent

router = Router()

MORE_WORDS: Final = re.compile(
    r"再(?:来|加|要|买|拿|多)|多(?:来|加|要|拿|[一1两2几俩]|点)|加(?:一|1|两|2|俩|几)(?!成|到)"
)


@dataclass(frozen=True, slots=True)
class Want:
    """A product that is wanted, and the words that say which kind of it and how many."""

    product: int
    said: Turn
    pieces: int = 0
    """0 when the words say how many."""


def put_into_cart(turn: Turn) -> Sequence[Reply]:
    """Put what was pointed at or named into the cart."""
    if _wants_more_of_the_same(turn):
        return put_variant(turn, int(turn.memory.variant or 0), wanted_quantity(turn))
    if turn.understanding.first("quantity") == 0:
        return [Text(texts.AT_LEAST_ONE)]
    several = wishes_apart(turn)
    if several:
        return _put_apart(turn, several)
    picking = pick(turn)
    if picking.problem:
        return ask_which(turn, picking)
    return put_products(turn, picking.products, anything=is_any(turn.text))


def put_products(
    turn: Turn, products: Sequence[int], *, pieces: int = 0, anything: bool = False
) -> list[Reply]:
    """Put one or more products into the cart, each in the variant that was asked for.

    Those that need an answer first are asked for one after another; the others are in the cart
    by then. Without `pieces` the message says how many.
    """
    return put_wants(turn, [Want(each, turn, pieces) for each in products], anything=anything)


def put_wants(turn: Turn, wants: Sequence[Want], *, anything: bool = False) -> list[Reply]:
    """Put what is wanted into the cart, as `put_products` does, each by its own words."""
    lines: list[str] = []
    questions: list[tuple[Want, Question]] = []
    turn.memory.added = []
    for want in wants:
        outcome = settle(want.said, want.product, want.pieces, anything=anything)
        said = _put(turn, outcome, alone=len(wants) == 1)
        if isinstance(said, str):
            lines.append(said)
        else:
            questions.append((want, said))
    if len(wants) > 1:
        turn.memory.together = [want.product for want in wants]
    rest = [
        {"product": want.product, "pieces": int(question.about.get("quantity", 1))}
        for want, question in questions[1:]
    ]
    return _said(turn, lines, questions[0][1] if questions else None, rest)


def put_variant(turn: Turn, variant_id: int, quantity: int) -> list[Reply]:
    """Put so many more of one variant into the cart."""
    found = queries.list_products_of_variants(turn.session, [variant_id]).get(variant_id)
    if found is None:
        return [Text(texts.GONE)]
    turn.memory.added = []
    said = _put(turn, Choice(*found, quantity, was_named=True), alone=True)
    question = None if isinstance(said, str) else said
    return _said(turn, [said] if isinstance(said, str) else [], question, [])


def wanted_quantity(turn: Turn) -> int:
    """The pieces that were asked for; one if no number was said."""
    return max(1, int(turn.understanding.first("quantity") or 1))


@router.intent(Intent.VIEW_CART)
def show_cart(turn: Turn) -> Sequence[Reply]:
    """List the cart; positions spoken next are positions in it."""
    return show_cart_page(turn, cart.view(turn.session, turn.customer_id))


def _put_apart(turn: Turn, parts: Sequence[Turn]) -> Sequence[Reply]:
    """一个拖把和两把菜刀: each by its own words; what is not clear is said, not dropped."""
    picked = [(part, pick(part)) for part in parts]
    wants = [
        Want(each, part)
        for part, found in picked
        for each in found.products[:1]
        if not found.problem
    ]
    unclear = [
        _not_put(name, found)
        for name, (_, found) in zip(names_of(parts), picked, strict=True)
        if found.problem
    ]
    if not wants:
        first = next(part for part, found in picked if found.problem)
        turn.take_as(first.text, Intent.ADD_TO_CART, first.understanding.entities)
        return [
            *ask_which(turn, pick(turn)),
            *([Text("\n".join(unclear[1:]))] if unclear[1:] else []),
        ]
    answer = put_wants(turn, wants)
    return [Text("\n".join(unclear)), *answer] if unclear else answer


def _not_put(name: str, found: Picking) -> str:
    words = texts.NOT_PUT if found.problem == "several" else texts.NOT_FOUND
    return words.format(name=texts.repeated(name))


def _said(
    turn: Turn,
    lines: list[str],
    question: Question | None,
    rest: Sequence[Mapping[str, Any]],
) -> list[Reply]:
    """What became of the goods, the total when something went in, and the question if any."""
    if turn.memory.added:
        lines = [*lines, cart_total(turn)]
    if question is None:
        return [Text(texts.fitting(lines))]
    words = put_question(turn, question, rest=list(rest)).content
    return [Text(texts.fitting(lines, words))]


def _put(turn: Turn, choice: Choice | Question, *, alone: bool) -> str | Question:
    """Put it in: the words for it, or the question that has to be answered first."""
    if isinstance(choice, Question):
        return choice if choice.step else choice.words
    product, variant = choice.product, choice.variant
    try:
        view = cart.add(turn.session, turn.customer_id, variant.id, choice.quantity, turn.now)
    except ShopError as error:
        return refused(turn, choice, error)
    note_kind(turn, product, variant)
    turn.memory.added.append((variant.id, choice.quantity))
    line = next(each for each in view.lines if each.variant_id == variant.id)
    words = line_in_words(line, choice.quantity)
    if line.quantity > choice.quantity:
        words += f"，现在共{line.quantity}件"
    added = texts.ADDED.format(line=words)
    others = [each for each in product.variants if each.in_stock and each.id != variant.id]
    if choice.was_named or not alone or line.quantity > choice.quantity or not others:
        return added
    hint = texts.SWAP_HINT.format(offer=offer(product), example=short_label(others[0].label))
    return f"{added}{hint}"


def note_kind(turn: Turn, product: ProductView, variant: VariantView) -> None:
    """This kind of this product is what the conversation is about now."""
    turn.memory.variant, turn.memory.taken_out = variant.id, []
    turn.memory.speak_of(product.id)
    turn.memory.choose(product.id, {name: str(each) for name, each in variant.attributes.items()})


def refused(turn: Turn, choice: Choice, error: ShopError) -> str | Question:
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
        return sold_out(choice.product, choice.quantity, [variant])
    words = texts.ONLY_LEFT.format(title=title, label=label, available=left)
    about = {"variant": variant.id, "available": left, "quantity": choice.quantity}
    return Question(words, "take_left", about=about)


def cart_total(turn: Turn) -> str:
    """How much is in the cart now, and for how much."""
    view = cart.view(turn.session, turn.customer_id)
    return total_in_words(turn, view)


def _wants_more_of_the_same(turn: Turn) -> bool:
    """再来一件 without a name is one more of the very kind that was put in last."""
    said, memory = turn.understanding, turn.memory
    if memory.variant is None or not MORE_WORDS.search(turn.text):
        return False
    if any(said.strings(kind) for kind in ("product", "brand", "color", "size")) or said.ordinals:
        return False
    found = queries.list_products_of_variants(turn.session, [memory.variant])
    if any(traits_said(turn, product) for product, _ in found.values()):
        return False  # 再来一袋五斤的 is another kind.
    view = cart.view(turn.session, turn.customer_id)
    return any(line.variant_id == memory.variant for line in view.lines)
