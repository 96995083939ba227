"""What a tagger sees of the words of a sentence, and what its tags mean."""

from __future__ import annotations

from typing import Iterator, Sequence

_OUTSIDE = "O"
_WINDOW = (-2, -1, 0, 1, 2)

Span = tuple[int, int, str]  # First token, token after the last, entity.


def token_features(words: Sequence[str], kinds: Sequence[str]) -> list[list[str]]:
    """For each word the names of what is true of it and its neighbours.

    `kinds` holds for each word the kind of dictionary word it lies in, empty for none.
    """
    return [_features(words, kinds, place) for place in range(len(words))]


def _features(words: Sequence[str], kinds: Sequence[str], place: int) -> list[str]:
    word = words[place]
    features = ["bias", f"first:{word[0]}", f"last:{word[-1]}", f"end:{word[-2:]}"]
    features.append(f"length:{min(len(word), 4)}")
    if any(letter.isdigit() for letter in word):
        features.append("digit")
    if word.isascii():
        features.append("latin")
    for step in _WINDOW:
        if 0 <= place + step < len(words):
            features.append(f"{step}:{words[place + step]}")
            features.append(f"{step}:kind:{kinds[place + step]}")
        elif abs(step) == 1:
            features.append(f"{step}:edge")
    if place:
        features.append(f"pair:{words[place - 1]}|{word}")
        features.append(f"kinds:{kinds[place - 1]}|{kinds[place]}")
    if place + 1 < len(words):
        features.append(f"next:{word}|{words[place + 1]}")
    return features


def tags_of(length: int, spans: Sequence[Span]) -> list[str]:
    """B- for the first word of an entity, I- for those after it, O for the rest."""
    tags = [_OUTSIDE] * length
    for start, end, entity in spans:
        tags[start:end] = [f"B-{entity}", *[f"I-{entity}"] * (end - start - 1)]
    return tags


def spans_of(tags: Sequence[str]) -> Iterator[Span]:
    """The entities that tags speak of; an I- that continues nothing begins an entity."""
    start, entity = 0, ""
    for place, tag in enumerate([*tags, _OUTSIDE]):
        if entity and tag != f"I-{entity}":
            yield start, place, entity
            entity = ""
        if tag != _OUTSIDE and not entity:
            start, entity = place, tag[2:]
