"""Which variant goes into the cart: what was said, now or before, and one question for the rest."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from bot import texts
from bot.handlers.kind_words import pieces_said, values_sought
from bot.handlers.variants import (
    Traits,
    fitting_variants,
    offer,
    short_label,
    trait_names,
    trait_names_of,
    trait_values,
    traits_said,
)
from bot.messages import Text
from bot.turn import Turn
from commerce.catalogue import queries
from commerce.catalogue.traits import COLOR_NAMES, SIZE_NAMES
from commerce.catalogue.views import ProductView, VariantView

FIT_NAMES: Final = frozenset({"尺码", "鞋码", "码数", "号码", "尺寸"})
"""What fits one person does not fit another: these are never chosen for a customer."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A variant to put in, and whether the customer named its kind."""

    product: ProductView
    variant: VariantView
    quantity: int
    was_named: bool


@dataclass(frozen=True, slots=True)
class Question:
    """What must be answered first; with no step it is only told."""

    words: str
    step: str = ""
    again: str = ""
    """The question alone, as it is put again; as `words` when that is no longer."""
    about: Mapping[str, Any] = field(default_factory=dict)


def put_question(turn: Turn, question: Question, **more: Any) -> Text:
    """Ask it, if it asks anything."""
    if not question.step:
        return Text(question.words)
    asked = turn.ask(question.step, question.words, **{**more, **question.about})
    turn.memory.question["words"] = question.again or question.words
    return asked


def settle(
    turn: Turn, product_id: int, pieces: int = 0, *, anything: bool = False
) -> Choice | Question:
    """The variant to put in, or the one question that is asked next: colour, then size.

    Without `pieces` the message says how many. With `anything` the customer leaves the rest to
    the shop.
    """
    product = queries.find_product(turn.session, product_id)
    if product is None:
        return Question(texts.GONE)
    turn.memory.speak_of(product_id)
    quantity = pieces or pieces_said(turn, product)
    if not product.in_stock:
        return sold_out(product, quantity)
    traits = traits_said(turn, product)
    fitting = fitting_variants(product, traits, at_hand(turn, product))
    left = [each for each in fitting if each.in_stock]
    if traits and not left:
        return _not_of_one_piece(turn, product, traits, quantity) or not_there(
            product, traits, fitting, quantity=quantity
        )
    for words, having in _known(turn, product, names_said(product, traits)):
        both = [each for each in left if each in having]
        if traits and not both:
            return _not_together(product, traits, words, having, quantity=quantity)
        left = both or left
    remember(turn, product, traits, fitting)
    name = "" if anything else _to_ask(product, left)
    if name:
        return _which(product, name, left, quantity)
    variant = min(left, key=lambda each: (each.stock < quantity, each.id))
    return Choice(product, variant, quantity, was_named=bool(traits) or len(left) == 1)


def not_there(
    product: ProductView, traits: Traits, fitting: Sequence[VariantView], **about: Any
) -> Question:
    """What was wished is not there or sold out: say what is, and ask."""
    title = texts.short(product.title)
    if fitting:
        label = short_label(fitting[0].label)
        words = texts.SOLD_OUT_KIND.format(title=title, label=label, offer=offer(product))
    else:
        choice = offer(product, trait_names_of(product, traits))
        words = texts.NO_SUCH_TRAIT.format(title=title, wanted=traits.words, offer=choice)
    return Question(words, "variant", _again(product), {"product": product.id, **about})


def sold_out(product: ProductView, quantity: int, gone: Sequence[VariantView] = ()) -> Question:
    """This kind is gone: another one is offered, or, when all are, other goods."""
    if product.in_stock:
        return not_there(product, Traits(), gone, quantity=quantity)
    category = [product.category] if product.category else []
    words = texts.ALL_SOLD_OUT.format(title=texts.short(product.title))
    return Question(words, "similar", texts.SIMILAR_INSTEAD, {"category": category})


def another_kind(
    product: ProductView, traits: Traits, like: VariantView, quantity: int
) -> VariantView | Question:
    """The kind in a line's place: what was not said of it stays, or else it is asked for.

    红色 110 is no 藏青色 120 because there is no 藏青色 110.
    """
    fitting = fitting_variants(product, traits, like) if traits else []
    stocked = [each for each in fitting if each.in_stock]
    about = {"line": like.id, "quantity": quantity}
    if not stocked:
        return not_there(product, traits, fitting[:1], **about)
    said = names_said(product, traits)
    kept = {name: str(each) for name, each in like.attributes.items() if name not in said}
    same = [each for each in stocked if _has(each, kept)]
    if same:
        return same[0]
    having = [each for each in product.variants if _has(each, kept)]
    changed = {name: str(stocked[0].attributes[name]) for name in said & like.attributes.keys()}
    wanted = changed if all(_has(each, changed) for each in stocked) else {}
    return _not_together(product, traits, " ".join(kept.values()), having, wanted=wanted, **about)


def at_hand(turn: Turn, product: ProductView) -> VariantView | None:
    """The variant of this product that 大一码 starts from: the one spoken of, or the one chosen."""
    spoken_of = [each for each in product.variants if each.id == turn.memory.variant]
    if spoken_of:
        return spoken_of[0]
    chosen = turn.memory.chosen.get(str(product.id), {})
    having = [each for each in product.variants if chosen and _has(each, chosen)]
    return having[0] if having else None


def remember(
    turn: Turn, product: ProductView, traits: Traits, fitting: Sequence[VariantView]
) -> None:
    """Keep what was said of its kind, so that it is not asked for again."""
    if not traits or not fitting:
        return
    about = names_said(product, traits)
    first = fitting[0].attributes
    agreed = {
        name: str(first[name])
        for name in about & first.keys()
        if all(each.attributes.get(name) == first[name] for each in fitting)
    }
    turn.memory.choose(product.id, agreed)


def names_said(product: ProductView, traits: Traits) -> set[str]:
    """The names of the traits that were said, such as 颜色 of 红色的."""
    said = {name for name in trait_names(product) if traits.colors and name in COLOR_NAMES}
    if traits.sizes or traits.step:
        said |= {name for name in trait_names(product) if name in SIZE_NAMES}
    return said | {
        name
        for each in product.variants
        for name, value in each.attributes.items()
        if str(value) in traits.others
    }


def _known(
    turn: Turn, product: ProductView, without: set[str]
) -> Iterator[tuple[str, list[VariantView]]]:
    """What is known of its kind beside what was just said: in words, and the variants of it.

    What was chosen before counts most, then what the search asked for, as far as there is such.
    """
    chosen = turn.memory.chosen.get(str(product.id), {})
    for name, value in chosen.items():
        having = [each for each in product.variants if _has(each, {name: value})]
        if name not in without and having:
            yield value, having
    wish, decided = turn.memory.wish, without | chosen.keys()
    for words, names in ((wish.color, COLOR_NAMES), (wish.size, SIZE_NAMES)):
        sought = (words, ()) if names is COLOR_NAMES else ((), words)
        having = list(queries.find_variants(product, *sought)) if words else []
        if having and not names & decided:
            yield texts.repeated("、".join(words)), having
    said = turn.memory.said if product.id in turn.memory.shown else ""
    for value in values_sought(said, product):
        bearing = [each for each in product.variants if value in map(str, each.attributes.values())]
        if not any(str(each.attributes.get(name)) == value for each in bearing for name in decided):
            yield value, bearing


def _not_of_one_piece(
    turn: Turn, product: ProductView, traits: Traits, quantity: int
) -> Question | None:
    """红色36的, said at once: both are there, but of no one shoe; None when either is not."""
    colored = {
        value for name in COLOR_NAMES for value in trait_values(product.variants, name)
    } & set(traits.others)
    color = Traits(traits.colors, others=tuple(colored))
    rest = Traits(
        sizes=traits.sizes, others=tuple(each for each in traits.others if each not in colored)
    )
    having = [each for each in fitting_variants(product, color) if each.in_stock]
    if not (color and rest and having and fitting_variants(product, rest)):
        return None
    if fitting_variants(product, traits):
        return None  # It exists and is sold out.
    remember(turn, product, color, having)
    return _not_together(product, rest, color.words, having, quantity=quantity)


def _not_together(
    product: ProductView, traits: Traits, words: str, having: Sequence[VariantView], **about: Any
) -> Question:
    """白色 and 38 are there, but not of one piece: say what goes with the one that came first."""
    said = names_said(product, traits)
    others = [name for name in trait_names(product) if name not in said]
    fitting = fitting_variants(product, traits)
    parts = [
        texts.NOT_TOGETHER.format(
            title=texts.brief(product.title), having=words, wanted=traits.words
        ),
        _goes_with(words, having, [name for name in trait_names(product) if name in said]),
        _goes_with(traits.words, fitting, others),
    ]
    told = "，".join(filter(None, parts)) + texts.WHICH_KIND
    again = "，".join(filter(None, parts[1:])) + texts.WHICH_KIND if any(parts[1:]) else ""
    again = f"{texts.brief(product.title)} {again}" if again else _again(product)
    return Question(told, "variant", again, {"product": product.id, **about})


def _goes_with(words: str, variants: Sequence[VariantView], names: Sequence[str]) -> str:
    stocked = [each for each in variants if each.in_stock]
    values = [short_label(value) for name in names for value in trait_values(stocked, name)]
    return texts.GOES_WITH.format(having=words, offer="、".join(values)) if values else ""


def _to_ask(product: ProductView, left: Sequence[VariantView]) -> str:
    """The name of the next trait to ask for; none of a thing that fits everybody."""
    stocked = [each for each in product.variants if each.in_stock]
    names = trait_names(product)
    if not any(name in FIT_NAMES and len(trait_values(stocked, name)) > 1 for name in names):
        return ""
    return next((name for name in names if len(trait_values(left, name)) > 1), "")


def _which(product: ProductView, name: str, left: Sequence[VariantView], quantity: int) -> Question:
    values = trait_values(left, name)
    offered = "、".join(short_label(each) for each in values)
    words = texts.WHICH_TRAIT.format(
        title=texts.brief(product.title), name=texts.short(name, 30), values=offered
    )
    about = {"product": product.id, "quantity": quantity, "trait": name, "values": values}
    return Question(words, "variant", about=about)


def _again(product: ProductView) -> str:
    return texts.WHICH_AGAIN.format(title=texts.brief(product.title), offer=offer(product))


def _has(variant: VariantView, chosen: Mapping[str, str]) -> bool:
    return all(str(variant.attributes.get(name)) == value for name, value in chosen.items())
