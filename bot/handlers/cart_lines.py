"""Which lines of the cart the customer speaks of."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot import texts
from bot.handlers.picking import at_positions
from bot.handlers.wishes import simplified
from bot.turn import Turn
from commerce.catalogue.traits import color_key
from commerce.catalogue.words import fold
from commerce.ordering.cart import CartView
from commerce.ordering.lines import PricedLine

_ALL: Final = re.compile(r"都|全|所有|每")


@dataclass(frozen=True, slots=True)
class Meant:
    """The lines that are meant, or the words that say why that is not clear."""

    lines: tuple[PricedLine, ...] = ()
    question: str = texts.WHICH_LINE


def lines_meant(turn: Turn, view: CartView, *, before: int | None = None) -> Meant:
    """The lines by position, by name or colour, or the one spoken of.

    Of a message such as 红色的换成白色 only a colour before the character `before` names a line.
    """
    memory = turn.memory
    if turn.understanding.ordinals:
        return Meant(_at_positions(turn, view))
    names = _words(turn, ("product", "brand"))
    traits = _words(turn, ("color", "size"), before)
    spoken_of = tuple(line for line in view.lines if line.variant_id == memory.variant)
    if not names and not traits:
        return Meant(spoken_of or (view.lines if len(view.lines) == 1 else ()))
    named = tuple(line for line in view.lines if _bears(turn, line, traits))
    if not named:
        what = "、".join(texts.repeated(word) for word in (names or traits)[:3])
        return Meant(question=texts.NOT_IN_CART.format(what=what))
    if _ALL.search(turn.text) or len(named) <= max(1, len(turn.understanding.strings("product"))):
        return Meant(named)
    return Meant(spoken_of if not names and spoken_of[:1] in {(each,) for each in named} else ())


def all_but(view: CartView, lines: Sequence[PricedLine]) -> list[PricedLine]:
    """The other lines: 只留牛奶."""
    kept = {line.variant_id for line in lines}
    return [line for line in view.lines if line.variant_id not in kept]


def _at_positions(turn: Turn, view: CartView) -> tuple[PricedLine, ...]:
    """The lines at the positions of what was shown last: the cart, or the list of products."""
    memory, by_variant = turn.memory, {line.variant_id: line for line in view.lines}
    if memory.in_view == "list":
        products = at_positions(turn.understanding.ordinals, memory.shown) or []
        return tuple(line for line in view.lines if line.product_id in products)
    shown = memory.cart or list(by_variant)
    chosen = at_positions(turn.understanding.ordinals, shown) or []
    return tuple(by_variant[each] for each in chosen if each in by_variant)


def _words(turn: Turn, kinds: Sequence[str], before: int | None = None) -> list[str]:
    head = turn.text if before is None else turn.text[:before]
    return [word for kind in kinds for word in turn.understanding.strings(kind) if word in head]


def _bears(turn: Turn, line: PricedLine, traits: Sequence[str]) -> bool:
    """Whether the line is of one of the brands, products and kinds that were named."""
    title, label = fold(line.title), fold(line.label)
    for kind in ("brand", "product"):
        words = turn.understanding.strings(kind)
        if words and not any(fold(simplified(word)) in title for word in words):
            return False
    return all(
        color_key(trait) in label or fold(trait).removesuffix("码") in label.split()
        for trait in traits
    )
