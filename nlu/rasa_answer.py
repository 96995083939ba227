"""What `/model/parse` may say: everything else is a failure of Rasa, never an exception of ours."""

import json
import math
from dataclasses import dataclass
from typing import Any, Final

from nlu.findings import Finding
from nlu.understanding import CUSTOMER_INTENTS

# Numbers are ours to read; of Rasa we only believe words.
_LEARNED: Final = frozenset({"product", "brand", "color", "size", "attribute", "coupon", "region"})


class MalformedAnswer(ValueError):
    """A body that is no parse of the text that was sent."""


@dataclass(frozen=True, slots=True)
class RasaAnswer:
    """A checked parse; the findings' offsets belong to the customer's own text."""

    intent: str
    confidence: float
    findings: tuple[Finding, ...]


def sendable(text: str) -> tuple[str, int]:
    """The text as Rasa takes it, and by how many characters that moved it.

    Rasa strips what it is sent and reads a leading slash as a command
    (rasa.core.channels.UserMessage, INTENT_MESSAGE_PREFIX); its full-width twin is one character
    too.
    """
    stripped = text.strip()
    moved = len(text) - len(text.lstrip())
    return ("／" + stripped[1:] if stripped.startswith("/") else stripped), moved


def read_answer(body: bytes, text: str, moved: int) -> RasaAnswer:
    """Check a body against the text that was asked about; raises MalformedAnswer."""
    try:
        answer = json.loads(body)
        intent, confidence = answer["intent"]["name"], float(answer["intent"]["confidence"])
        findings = tuple(_finding(each, text, moved) for each in answer["entities"])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise MalformedAnswer(f"no parse: {error!r}") from error
    if intent not in CUSTOMER_INTENTS:
        raise MalformedAnswer(f"unknown intent {intent!r}")
    if not (math.isfinite(confidence) and 0 <= confidence <= 1.0001):
        raise MalformedAnswer(f"confidence {confidence}")
    learned = tuple(each for each in findings if each.entity in _LEARNED)
    return RasaAnswer(intent, min(confidence, 1.0), learned)


def _finding(entity: dict[str, Any], text: str, moved: int) -> Finding:
    start, end = entity["start"] + moved, entity["end"] + moved
    if type(start) is not int or type(end) is not int or not 0 <= start < end <= len(text):
        raise MalformedAnswer(f"offsets {start}..{end} outside of the text")
    return Finding(start, end, str(entity["entity"]), text[start:end])
