"""The cart by chat: put in, and hear what had to be asked first."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from bot import texts
from bot.handlers.answers import is_yes, plain
from bot.handlers.cart_words import line_in_words, look_at, show_cart_page
from bot.handlers.choosing import Choice, Question, put_question, settle, sold_out
from bot.handlers.picking import ask_which, at_positions, bare_positions, names, pick
from bot.handlers.variants import (
    fitting_variants,
    is_any,
    offer,
    short_label,
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

_BARE_COUNT: Final = re.compile(
    r"(?:我|就|给我|帮我|想|要|买|来|拿|各|每样)*[0-9一二两三四五六七八九十俩仨]{1,3}[个件条双只支瓶盒箱包袋台套份]?(?:吧|呀|的|就行|就够了)*"
)


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
    lines: list[str] = []
    questions: list[tuple[int, Question]] = []
    turn.memory.added = []
    for product_id in products:
        outcome = settle(turn, product_id, pieces, anything=anything)
        said = _put(turn, outcome, alone=len(products) == 1)
        if isinstance(said, str):
            lines.append(said)
        else:
            questions.append((product_id, said))
    if len(products) > 1:
        turn.memory.together = list(products)
    rest = [product_id for product_id, _ in questions[1:]]
    each = pieces or wanted_quantity(turn)
    return _said(turn, lines, questions[0][1] if questions else None, rest, each)


def put_variant(
    turn: Turn, variant_id: int, quantity: int, rest: Sequence[int] = ()
) -> list[Reply]:
    """Put so many more of one variant into the cart, then what else is wanted."""
    found = queries.list_products_of_variants(turn.session, [variant_id]).get(variant_id)
    if found is None:
        return [Text(texts.GONE)]
    turn.memory.added = []
    said = _put(turn, Choice(*found, quantity, was_named=True), alone=True)
    question = None if isinstance(said, str) else said
    return _said(turn, [said] if isinstance(said, str) else [], question, rest, quantity)


def wanted_quantity(turn: Turn) -> int:
    """The pieces that were asked for; one if no number was said."""
    return max(1, int(turn.understanding.first("quantity") or 1))


@router.step("variant", lasting=True)
def hear_variant(turn: Turn) -> Sequence[Reply] | None:
    """The answer to which colour or size it shall be."""
    about = turn.memory.question
    product = queries.find_product(turn.session, int(about["product"]))
    if product is None:
        return [Text(texts.GONE)]
    traits = traits_said(turn, product)
    if about.get("line"):
        return _hear_swap(turn, product, int(about["line"]))
    pieces = int(about.get("quantity", 1))
    place = at_positions(bare_positions(turn), about.get("values", ()))
    if is_any(turn.text):
        answer = put_products(turn, [product.id], pieces=pieces, anything=True)
        return _go_on(turn, answer, about)
    if traits and not names(turn):
        if not bare_positions(turn):  # A bare 38 is a size, not an amount.
            pieces = int(turn.understanding.first("quantity") or pieces)
    elif place and about.get("trait"):
        turn.memory.choose(product.id, {about["trait"]: place[0]})
    elif turn.understanding.intent in (Intent.AFFIRM, Intent.CHECKOUT) or _only_counts(turn):
        pieces = _only_counts(turn) or pieces
        is_paying = turn.understanding.intent == Intent.CHECKOUT
        if is_paying and cart.view(turn.session, turn.customer_id).lines:
            return None
        return [turn.ask("variant", about["words"], **{**_kept(about), "quantity": pieces})]
    else:
        return None
    return _go_on(turn, put_products(turn, [product.id], pieces=pieces), about)


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
            said = _refused(turn, Choice(product, variant, moved, was_named=True), error)
            return [Text(said) if isinstance(said, str) else put_question(turn, said)]
        left = line.quantity - moved
        cart.set_quantity(turn.session, turn.customer_id, line.variant_id, left, turn.now)
    _note(turn, product, variant)
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
    return [Text(f"{changed}\n{_total(turn)}")]


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
            return None
    return _go_on(turn, answer, about)


@router.intent(Intent.VIEW_CART)
def show_cart(turn: Turn) -> Sequence[Reply]:
    """List the cart; positions spoken next are positions in it."""
    return show_cart_page(turn, cart.view(turn.session, turn.customer_id))


def _said(
    turn: Turn, lines: list[str], question: Question | None, rest: Sequence[int], quantity: int
) -> list[Reply]:
    """What became of the goods, the total when something went in, and the question if any."""
    if turn.memory.added:
        lines = [*lines, _total(turn)]
    if question is None:
        return [Text(texts.fitting(lines))]
    words = put_question(turn, question, rest=list(rest), each=quantity).content
    return [Text(texts.fitting(lines, words))]


def _go_on(turn: Turn, answer: list[Reply], about: Mapping[str, Any]) -> list[Reply]:
    """After an answer, what waited for it: the other things that were wanted in one breath."""
    rest = [int(each) for each in about.get("rest", ())]
    if not rest:
        return answer
    if turn.step:  # One more question about the same thing comes first.
        turn.memory.question["rest"] = rest
        return answer
    added = turn.memory.added
    turn.take_as("", Intent.ADD_TO_CART, {})  # What was said of the one is not said of the other.
    more = put_products(turn, rest, pieces=int(about.get("each", 1)))
    turn.memory.added = [*added, *turn.memory.added]
    return [*answer, *more]


def _hear_swap(turn: Turn, product: ProductView, line_id: int) -> Sequence[Reply] | None:
    """Which other kind a line of the cart shall be."""
    traits = traits_said(turn, product)
    like = next((each for each in product.variants if each.id == line_id), None)
    fitting = fitting_variants(product, traits, like) if traits else []
    stocked = [each for each in product.variants if each.in_stock] or list(product.variants)
    if is_any(turn.text):
        fitting = stocked[:1]
    elif not traits:
        fitting = at_positions(bare_positions(turn), stocked) or []
    return swap_line(turn, line_id, product, fitting[0]) if fitting else None


def _kept(about: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in about.items() if name != "words"}


def _only_counts(turn: Turn) -> int:
    """The number of a message that says nothing else, such as 来两件; 0 for any other."""
    is_bare = _BARE_COUNT.fullmatch(plain(turn.text)) is not None
    return int(turn.understanding.first("quantity") or 0) if is_bare else 0


def _put(turn: Turn, choice: Choice | Question, *, alone: bool) -> str | Question:
    """Put it in: the words for it, or the question that has to be answered first."""
    if isinstance(choice, Question):
        return choice if choice.step else choice.words
    product, variant = choice.product, choice.variant
    try:
        view = cart.add(turn.session, turn.customer_id, variant.id, choice.quantity, turn.now)
    except ShopError as error:
        return _refused(turn, choice, error)
    _note(turn, product, variant)
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


def _note(turn: Turn, product: ProductView, variant: VariantView) -> None:
    """This kind of this product is what the conversation is about now."""
    turn.memory.variant = variant.id
    turn.memory.speak_of(product.id)
    turn.memory.choose(product.id, {name: str(each) for name, each in variant.attributes.items()})


def _refused(turn: Turn, choice: Choice, error: ShopError) -> str | Question:
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
    about = {"variant": variant.id, "available": left}
    return Question(words, "take_left", about=about)


def _total(turn: Turn) -> str:
    view = cart.view(turn.session, turn.customer_id)
    return texts.CART_TOTAL.format(pieces=view.pieces, total=yuan(view.total))


def _wants_more_of_the_same(turn: Turn) -> bool:
    """再来一件 without a name is one more of the very kind that was put in last."""
    said, memory = turn.understanding, turn.memory
    if memory.variant is None or not MORE_WORDS.search(turn.text):
        return False
    if any(said.strings(kind) for kind in ("product", "brand", "color", "size")) or said.ordinals:
        return False
    view = cart.view(turn.session, turn.customer_id)
    return any(line.variant_id == memory.variant for line in view.lines)
