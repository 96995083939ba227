"""Takes out of the validation set what has since been written into the training data."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Final

from nlu.training_data import read_examples

VALIDATION: Final = Path(__file__).with_name("validation.tsv")
HANDOFF: Final = Path(__file__).with_name("handoff.tsv")
"""Who asks for a person, and who only speaks of one."""
LIMIT: Final = 0.6
"""The character-bigram Jaccard up to which two messages count as written apart."""

_UNSPOKEN: Final = re.compile(r"[\W_]")


def bigrams(text: str) -> frozenset[str]:
    """Pairs of neighbouring letters, without case, blanks, punctuation and emoji.

    A text of one letter, or of none, is its own and only pair.
    """
    spoken = _UNSPOKEN.sub("", text.lower()) or text
    return frozenset(a + b for a, b in pairwise(spoken)) or frozenset({spoken})


def jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other)


def likenesses(texts: Iterable[str], known: Iterable[str]) -> dict[str, str]:
    """Each text that resembles a known one by more than the limit, with one that it resembles."""
    known_by_bigrams = {bigrams(text): text for text in known}
    holders: defaultdict[str, list[frozenset[str]]] = defaultdict(list)
    for each in known_by_bigrams:
        for bigram in each:
            holders[bigram].append(each)
    frequency = Counter({bigram: len(those) for bigram, those in holders.items()})

    found: dict[str, str] = {}
    for text in texts:
        own = bigrams(text)
        # Whoever is alike shares more than LIMIT of our bigrams, hence one of these rarest.
        telling = sorted(own, key=lambda each: frequency[each])[: len(own) - _needed(own) + 1]
        alike = (each for rare in telling for each in holders.get(rare, ()))
        twin = next((each for each in alike if jaccard(own, each) > LIMIT), None)
        if twin is not None:
            found[text] = known_by_bigrams[twin]
    return found


def _needed(own: frozenset[str]) -> int:
    return math.floor(LIMIT * len(own)) + 1


def prune(file: Path) -> None:
    heading, *lines = file.read_text(encoding="utf-8").splitlines()
    alike = likenesses(
        (line.split("\t")[0] for line in lines), (each.text for each in read_examples())
    )
    kept = [line for line in lines if line.split("\t")[0] not in alike]
    file.write_text("\n".join([heading, *kept, ""]), encoding="utf-8")


if __name__ == "__main__":
    prune(VALIDATION)
    prune(HANDOFF)
