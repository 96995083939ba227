"""All in a sentence that needs no statistics: numbers, identifiers, sizes, colours, regions."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from nlu.extractors.colors import find_colors
from nlu.extractors.identifiers import find_identifiers
from nlu.extractors.ordinals import find_bare_number, find_ordinals
from nlu.extractors.prices import find_prices
from nlu.extractors.quantities import find_quantities
from nlu.extractors.regions import find_regions
from nlu.extractors.sizes import find_sizes
from nlu.findings import Finding, without_overlaps
from nlu.text import fold, hide

Extractor = Callable[[str, str], Iterable[Finding]]

# Each hides what it understood from those after it: the digits of a phone are no price.
_IN_ORDER: Final[tuple[Extractor, ...]] = (
    find_identifiers,
    find_sizes,
    find_ordinals,
    find_prices,
    find_quantities,
)
_SURFACES: Final[tuple[Extractor, ...]] = (find_colors, find_regions)


def normalise(text: str) -> list[Finding]:
    """The exact findings of one message, in the order of the text.

    A message that is only a small number answers a question that is not in it: it
    is given both as `quantity` and as `ordinal`, and the dialogue takes what it asked for. 0 is
    no position.
    """
    folded = fold(text)
    bare = find_bare_number(folded)
    if bare is not None:
        start, end = re.search(r"\S+(?:.*\S)?", folded).span()  # type: ignore[union-attr]
        numbers = ("ordinal", "quantity") if 0 < bare < 100 else ("quantity",) if not bare else ()
        return [Finding(start, end, entity, bare) for entity in numbers]
    return sorted([*_numbers(text, folded), *_surfaces(text, folded)])


def _numbers(text: str, folded: str) -> Iterator[Finding]:
    for extractor in _IN_ORDER:
        found = [*extractor(text, folded)]
        yield from found
        for each in found:
            folded = hide(folded, each.start, each.end)


def _surfaces(text: str, folded: str) -> list[Finding]:
    return without_overlaps(each for find in _SURFACES for each in find(text, folded))
