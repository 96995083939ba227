"""Values of a product's kinds as customers say them: whole, in part, in another writing, by weight.

按摩的 is the kind 按摩颗粒枕, 10斤 the kind 5kg, 粉红 the kind 粉红色.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Final

from bot.handlers.wishes import simplified
from bot.turn import Turn
from commerce.catalogue.traits import COLOR_NAMES, SIZE_NAMES, color_key, size_key
from commerce.catalogue.views import ProductView, VariantView
from commerce.catalogue.words import HAN, fold
from nlu.extractors.numerals import NUMERAL, read_number
from nlu.normalise import normalise

_LATIN: Final = re.compile(r"[a-z0-9.]+")
_BEHIND_A_SIZE: Final = r"(?=码|号|的|吧|呢|啊|呀|了|来|就|有|[，,。!！?？]|$|\s)"
_PART: Final = re.compile(rf"(?![一二两三四五六七八九十百千万])[{HAN}]")
_NEGATED: Final = re.compile(r"(?:不要|别要|不想要|不是|除了)[^，,。！!\s]{1,6}?(?:的|味|款)")
_GRAMS: Final = {
    "斤": 500, "公斤": 1000, "千克": 1000, "kg": 1000, "两": 50, "克": 1, "g": 1,
}  # fmt: skip
_WEIGHT: Final = re.compile(
    rf"(?P<number>{NUMERAL}|半)\s?(?P<unit>公斤|千克|kg|斤|两(?![个件袋包箱盒瓶])|克|g(?![a-z]))"
)
_ONE_WEIGHT: Final = re.compile(r"(?P<number>\d+(?:\.\d+)?)(?P<unit>kg|g)")


def values_said(
    text: str, product: ProductView, known: Collection[str] = ()
) -> tuple[list[str], list[str]]:
    """The values that stand in the text, and those that it only comes near to.

    Of what comes near, what `known` words of it tell already is left out.
    """
    whole = _values_in(text, product)
    told = {fold(word) for word in (*known, *whole)}
    near = _in_other_writing(text, product, without=told)
    near += [value for value in _of_weight(text, product) if value not in (*whole, *near)]
    return whole, near + _in_part(text, product, [*whole, *near], known)


def values_sought(text: str, product: ProductView) -> list[str]:
    """The values that stand in what was searched for, but for those that were turned down."""
    return _values_in(_NEGATED.sub(" ", fold(simplified(text))), product)


def weights_not_there(text: str, product: ProductView) -> list[str]:
    """The weights as said that none of its kinds has, when these differ in weight."""
    offered = {grams for _, grams in _weights_of(product)}
    return [said for said, grams in _weights_in(text) if offered and grams not in offered]


def weighs(said: str, values: Sequence[str]) -> bool:
    """Whether a weight such as 10斤 is that of one of these values, such as 5kg."""
    weights = {grams for _, grams in _weights_in(said)}
    return bool(weights) and any(
        grams in weights for value in values for _, grams in _weights_in(size_key(value))
    )


def pieces_said(turn: Turn, product: ProductView) -> int:
    """The pieces that a message asks for; one if it names no number.

    The 30 of 30包的一箱 counts nothing of a thing that comes in kinds of 30包.
    """
    said = turn.understanding.first("quantity")
    if said is None:
        return 1
    text = _without_values(turn.text, product)
    return max(1, int(said)) if text == turn.text else next(_counts_in(text), 1)


def is_counted(text: str, product: ProductView) -> bool:
    """Whether a text says how many of it; 洗衣凝珠 100颗 says only which kind."""
    return next(_counts_in(_without_values(text, product)), 0) > 0


def _without_values(text: str, product: ProductView) -> str:
    """The text without the values, and the weights, that tell the kinds of the product apart."""
    whole, near = values_said(text, product)
    weights = [surface for surface, _ in _weights_in(text)] if _weights_of(product) else []
    for value in (*sorted((*whole, *near), key=len, reverse=True), *weights):
        text = re.sub(re.escape(value), " ", text, flags=re.IGNORECASE)
    return text


def _counts_in(text: str) -> Iterator[int]:
    return (max(1, int(each.value)) for each in normalise(text) if each.entity == "quantity")


def _values_in(text: str, product: ProductView) -> list[str]:
    """Values of the variants' traits that stand in the text as written, the longest first."""
    said = fold(simplified(text))
    values = {str(each) for variant in product.variants for each in variant.attributes.values()}
    spoken = sorted((each for each in values if _stands_in(fold(each), said)), key=len)
    return [
        value
        for number, value in enumerate(spoken)
        if not any(fold(value) in fold(longer) for longer in spoken[number + 1 :])
    ]


def _in_other_writing(text: str, product: ProductView, without: set[str]) -> list[str]:
    """粉红 of 粉红色, 500毫升 of 500ml, 37吧 of 37."""
    said = fold(simplified(text))
    values = {
        str(value)
        for variant in product.variants
        for name, value in variant.attributes.items()
        if (name in SIZE_NAMES and _stands_in(size_key(str(value)), said, is_size=True))
        or (
            name in COLOR_NAMES and len(color_key(str(value))) > 1 and color_key(str(value)) in said
        )
    }
    found: list[str] = []
    for value in sorted(values, key=len, reverse=True):
        folded = fold(value)
        if any(folded in fold(other) for other in found) or folded in without:
            continue
        if any(word in folded or color_key(word) in folded for word in without):
            continue
        found.append(value)
    return found


def _in_part(
    text: str, product: ProductView, said_already: Sequence[str], known: Collection[str]
) -> list[str]:
    """按摩 of 按摩颗粒枕: a part that only one value of a trait has, where none is said in full."""
    said = _NEGATED.sub(" ", fold(simplified(text)))
    for word in (*said_already, *known):
        said = said.replace(fold(word), " ")
    found = []
    for values in _values_by_name(product.variants):
        if any(value in said_already for value in values):
            continue
        told = [value for value in values if _tells(value, values, said)]
        found += told if len(told) == 1 else []
    return found


def _tells(value: str, values: Sequence[str], said: str) -> bool:
    others = [fold(other) for other in values if other != value]
    return any(
        part in said and not any(part in other for other in others) for part in _parts(fold(value))
    )


def _parts(value: str) -> Iterator[str]:
    """Stretches of two characters that are no numbers; a longer one has one of these in it."""
    for start in range(len(value) - 1):
        part = value[start : start + 2]
        if all(_PART.match(each) for each in part):
            yield part


def _values_by_name(variants: Iterable[VariantView]) -> list[list[str]]:
    by_name: dict[str, dict[str, None]] = {}
    for variant in variants:
        for name, value in variant.attributes.items():
            by_name.setdefault(name, {})[str(value)] = None
    return [list(values) for values in by_name.values() if len(values) > 1]


def _of_weight(text: str, product: ProductView) -> list[str]:
    said = {grams for _, grams in _weights_in(text)}
    return list(dict.fromkeys(value for value, grams in _weights_of(product) if grams in said))


def _weights_in(text: str) -> list[tuple[str, Decimal]]:
    """Every weight of a text as written, and in grams."""
    found = []
    for match in _WEIGHT.finditer(fold(simplified(text))):
        number = Decimal("0.5") if match["number"] == "半" else read_number(match["number"])
        if number is not None:
            found.append((match[0], number * _GRAMS[match["unit"]]))
    return found


def _weights_of(product: ProductView) -> list[tuple[str, Decimal]]:
    """The values of its kinds that are weights and nothing else, in grams."""
    found = []
    for variant in product.variants:
        for name, value in variant.attributes.items():
            match = _ONE_WEIGHT.fullmatch(size_key(str(value))) if name in SIZE_NAMES else None
            if match is not None:
                found.append((str(value), Decimal(match["number"]) * _GRAMS[match["unit"]]))
    return found


def _stands_in(value: str, said: str, *, is_size: bool = False) -> bool:
    """Whether a value was said; letters and digits only as a whole word, a bare size with 码."""
    if _LATIN.fullmatch(value) is None:
        return len(value) > 1 and value in said
    behind = _BEHIND_A_SIZE if is_size or len(value) <= 2 else r"(?![a-z0-9.])"
    return re.search(rf"(?<![a-z0-9.第]){re.escape(value)}{behind}", said) is not None
