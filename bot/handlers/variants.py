"""Which variant of a product: the colour, size or other kind that was said, or a sensible one."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from bot import texts
from bot.handlers.answers import plain
from bot.handlers.kind_words import values_said, weighs, weights_not_there
from bot.handlers.wishes import simplified
from bot.turn import Turn
from commerce.catalogue import queries
from commerce.catalogue.traits import COLOR_NAMES, SIZE_NAMES, size_key
from commerce.catalogue.views import ProductView, VariantView
from commerce.catalogue.words import fold

MOST_VALUES: Final = 10
LONGEST_LABEL: Final = 48
_SIZE_STEP: Final = re.compile(
    r"(?P<way>[大小])(?:(?P<two>两|2|二)个?[码号]|(?:一|1|半)?个?[码号]|一?点)"
)
_A_STEP: Final = re.compile(r"[大小]?[一1两二2半]?[个]?[码号]")
_ANY: Final = re.compile(r"随便|都行|都可以|无所谓|你看着办|哪个都|默认")
_LETTERS: Final = ("xs", "s", "m", "l", "xl", "2xl", "3xl", "4xl", "5xl")


_SPOKEN_SIZES: Final = {
    "小号": "S",
    "小码": "S",
    "中号": "M",
    "中码": "M",
    "大号": "L",
    "大码": "L",
    "加大号": "XL",
    "加大码": "XL",
    "特大号": "XL",
}


@dataclass(frozen=True, slots=True)
class Traits:
    """What was said of the kind: colours, sizes, other values such as 草莓味, and a size step."""

    colors: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    step: int = 0
    """1 for a size larger than the one at hand, -2 for two smaller."""

    def __bool__(self) -> bool:
        return bool(self.colors or self.sizes or self.others or self.step)

    @property
    def words(self) -> str:
        """As repeated to the customer."""
        colors = [each if len(each) > 1 else f"{each}色" for each in self.colors]
        way, count = "大" if self.step > 0 else "小", "一两"[abs(self.step) - 1]
        step = [f"{way}{count}码"] if self.step else []
        words = [*colors, *self.sizes, *self.others, *step]
        return "、".join(texts.repeated(word) for word in words[:3])


def traits_said(turn: Turn, product: ProductView, after: int = 0) -> Traits:
    """What the message says of the kind, from the character `after` on."""
    text = turn.text[after:]
    colors = [simplified(word) for word in turn.understanding.strings("color") if word in text]
    sizes = [
        simplified(word)
        for word in turn.understanding.strings("size")
        if word in text and (_A_STEP.fullmatch(word) is None or _is_spoken_size(word, text))
    ]
    sizes = [_as_lettered(word, product) for word in sizes]
    whole, near = values_said(text, product, (*colors, *sizes))
    # 白色 is the very 白色, not 白绿拼色; 2.5kg of a 2.5kg×2包 that was said in full is that one.
    colors = [word for word in colors if not _is_inside(word, whole)]
    missing = weights_not_there(text, product)
    sizes = [word for word in sizes if not _is_inside(word, whole) and not weighs(word, near)]
    sizes += [word for word in missing if word not in sizes]
    return Traits(tuple(colors), tuple(sizes), (*whole, *near), 0 if sizes else _step(text))


def fitting_variants(
    product: ProductView, traits: Traits, like: VariantView | None = None
) -> list[VariantView]:
    """The variants of these traits, the one most `like` another first, then what is in stock."""
    found = [
        variant
        for variant in queries.find_variants(product, traits.colors, traits.sizes)
        if all(_has_value(variant, value) for value in traits.others)
    ]
    if traits.step and like is not None:
        found = _next_size(found, like, traits.step)
    return sorted(found, key=lambda each: (-_likeness(each, like), not each.in_stock, each.id))


def says_step(text: str) -> bool:
    """Whether a size larger or smaller is spoken of: 大一码."""
    return _step(text) != 0


def is_any(text: str) -> bool:
    """Whether the customer leaves the choice to the shop."""
    return _ANY.search(plain(text)) is not None


def offer(product: ProductView, names: Iterable[str] | None = None) -> str:
    """What can be chosen, by trait: 颜色：红、黑；尺码：S、M.

    Only what is in stock, if anything is. `names` limits it to some of the traits.
    """
    stocked = [each for each in product.variants if each.in_stock] or list(product.variants)
    chosen = [name for name in trait_names(product) if names is None or name in set(names)]
    parts = []
    for name in chosen[:3]:
        values = trait_values(stocked, name)
        shown = "、".join(texts.short(value, LONGEST_LABEL) for value in values[:MOST_VALUES])
        more = "等" if len(values) > MOST_VALUES else ""
        parts.append(f"{texts.short(name, LONGEST_LABEL)}：{shown}{more}")
    return "；".join(parts)


def trait_values(variants: Iterable[VariantView], name: str) -> list[str]:
    """What some variants offer of one trait, sizes from small to large."""
    having = [each for each in variants if name in each.attributes]
    if name in SIZE_NAMES:
        having.sort(key=lambda each: _size_rank(each) or 0)
    return list(dict.fromkeys(str(each.attributes[name]) for each in having))


def trait_names(product: ProductView) -> list[str]:
    """The names by which its variants differ, such as 颜色 and 尺码."""
    return list(dict.fromkeys(name for each in product.variants for name in each.attributes))


def trait_names_of(product: ProductView, traits: Traits) -> list[str]:
    """Those of its trait names that the said traits are about; all when none is."""
    names = trait_names(product)
    about = [
        name
        for name in names
        if (traits.colors and name in COLOR_NAMES)
        or ((traits.sizes or traits.step) and name in SIZE_NAMES)
    ]
    return about or names


def short_label(label: str) -> str:
    """A variant's label, short enough for a line."""
    return texts.short(label, LONGEST_LABEL)


def _is_spoken_size(word: str, text: str) -> bool:
    """大号 is a size by itself; 换大号 is a step up from the one at hand."""
    return word in _SPOKEN_SIZES and re.search(r"[换改]", text) is None


def _as_lettered(size: str, product: ProductView) -> str:
    """大号 is L of goods whose sizes are letters."""
    sizes = {size_key(each) for name in SIZE_NAMES for each in trait_values(product.variants, name)}
    lettered = _SPOKEN_SIZES.get(size)
    return lettered if lettered and lettered.lower() in sizes else size


def _step(text: str) -> int:
    said = _SIZE_STEP.search(fold(text))
    if said is None:
        return 0
    return (2 if said["two"] else 1) * (1 if said["way"] == "大" else -1)


def _is_inside(word: str, values: Sequence[str]) -> bool:
    return any(fold(word) in fold(value) for value in values)


def _has_value(variant: VariantView, value: str) -> bool:
    return any(str(each) == value for each in variant.attributes.values())


def _likeness(variant: VariantView, like: VariantView | None) -> int:
    if like is None:
        return 0
    return sum(like.attributes.get(name) == value for name, value in variant.attributes.items())


def _next_size(variants: Sequence[VariantView], like: VariantView, step: int) -> list[VariantView]:
    """Those that differ in size alone, so many sizes away in that direction."""
    mine = _size_rank(like)
    others = [
        (rank, each)
        for each in variants
        if (rank := _size_rank(each)) is not None
        and mine is not None
        and (rank - mine) * step > 0
        and _without_size(each) == _without_size(like)
    ]
    away = sorted({abs(rank - (mine or 0)) for rank, _ in others})
    wanted = away[abs(step) - 1] if len(away) >= abs(step) else None
    return [each for rank, each in others if abs(rank - (mine or 0)) == wanted]


def _size_rank(variant: VariantView) -> float | None:
    for name in SIZE_NAMES & variant.attributes.keys():
        key = size_key(str(variant.attributes[name]))
        if key in _LETTERS:
            return _LETTERS.index(key)
        number = re.match(r"\d+(?:\.\d+)?", key)
        if number is not None:
            return float(number[0])
    return None


def _without_size(variant: VariantView) -> dict[str, str]:
    return {
        name: str(value) for name, value in variant.attributes.items() if name not in SIZE_NAMES
    }
