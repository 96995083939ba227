"""Several things wanted in one sentence: 一个拖把和两把菜刀, each with its own amount."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, Final

from bot.turn import Turn
from nlu.normalise import normalise
from nlu.understanding import Intent, Understanding

_AND: Final = re.compile(
    r"和|跟|与|、|还有|以及|外加|加上|另外|再(?:来|加|要|拿|买)(?=[^，,。]*)|[，,；;。]"
)
_WORDS: Final = ("product", "brand", "color", "size", "attribute")


def wishes_apart(turn: Turn) -> list[Turn]:
    """The parts of a message that name a thing each; none when it names one thing or none."""
    named = _named_at(turn)
    cuts = [
        cut
        for (_, end), (start, _) in pairwise(named)
        if (cut := _cut_between(turn.text, end, start)) is not None
    ]
    if not cuts or len(cuts) != len(named) - 1:
        return []
    edges = [0, *cuts, len(turn.text)]
    parts = [turn.text[start:end] for start, end in pairwise(edges)]
    return [part_of(turn, part.strip(" ，,、；;。")) for part in parts]


def part_of(turn: Turn, words: str) -> Turn:
    """The same turn as if only these of its words had been said, to put something in."""
    understanding = Understanding(words, Intent.ADD_TO_CART, 1.0, entities_of(turn, words))
    incoming = replace(turn.incoming, text=words)
    return replace(turn, incoming=incoming, understanding=understanding)


def entities_of(turn: Turn, words: str) -> Mapping[str, Any]:
    """What was understood of some of the words of a message."""
    kept: dict[str, Any] = {}
    for name in _WORDS:
        found = [each for each in turn.understanding.strings(name) if each in words]
        kept |= {name: found} if found else {}
    for each in normalise(words):
        if each.entity == "quantity":
            kept.setdefault("quantity", each.value)
        elif each.entity in ("ordinal", "color", "size"):
            kept.setdefault(each.entity, [])
            kept[each.entity] += [] if each.value in kept[each.entity] else [each.value]
    return kept


def _named_at(turn: Turn) -> list[tuple[int, int]]:
    """Where the things stand that the message names, in its order."""
    found: list[tuple[int, int]] = []
    for name in turn.understanding.strings("product"):
        start = turn.text.find(name)
        if start >= 0 and not any(
            start < end and first < start + len(name) for first, end in found
        ):
            found.append((start, start + len(name)))
    return sorted(found)


def _cut_between(text: str, end: int, start: int) -> int | None:
    """Where one wish ends and the next begins: behind 和, or behind the amount of the first."""
    between = text[end:start]
    joint = _AND.search(between)
    if joint is not None:
        return end + joint.end() if not joint[0].startswith("再") else end + joint.start()
    counted = [each.end for each in normalise(between) if each.entity == "quantity"]
    return end + counted[0] if counted else None


def names_of(parts: Sequence[Turn]) -> list[str]:
    """What each part names."""
    return ["".join(part.understanding.strings("product")[:1]) for part in parts]
