"""Asking the served Rasa, and the keywords alone, about messages whose meaning is known."""

import os
import secrets
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from nlu.cascade import KEYWORD_THRESHOLD, RASA_THRESHOLD, Cascade, parse_all
from nlu.dictionary import Dictionary
from nlu.keyword_parser import KeywordParser
from nlu.measuring.report import Measured
from nlu.measuring.scores import Answer
from nlu.rasa_environment import ROOT, VAR
from nlu.rasa_parser import RasaParser
from nlu.serving import rasa_at

VALIDATION: Final = ROOT / "tests/nlu_quality/validation.tsv"
REPORT: Final = VAR / "report"

Labelled = Sequence[tuple[str, str]]  # (text, intent)


def read_labelled(path: Path) -> Labelled:
    """`text<TAB>intent` lines below a heading."""
    lines = path.read_text(encoding="utf-8").splitlines()[1:]
    return [(text, intent) for text, intent, *_ in (line.split("\t") for line in lines)]


def samples_file() -> Path | None:
    """Real messages that were lent for measuring: SHOP_NLU_SAMPLES, or beside the repository."""
    named = os.environ.get("SHOP_NLU_SAMPLES")
    beside = ROOT.parent / "shared/nlu-samples.tsv"
    if named:
        return Path(named)
    return beside if beside.exists() else None


async def measure(sets: Sequence[Path]) -> list[Measured]:
    """A Rasa of our own, as the bot asks it, and keywords alone, on every set.

    Raises RasaNotStarted.
    """
    token = secrets.token_urlsafe(24)
    dictionary = Dictionary()
    keyword = KeywordParser(dictionary)
    measured = []
    async with rasa_at("", token) as url, RasaParser(url, token, dictionary) as rasa:
        cascade = Cascade(rasa, keyword)
        alone = Cascade(None, keyword)
        for path in sets:
            labelled = read_labelled(path)
            measured.append(await _ask(cascade, labelled, path, "rasa", RASA_THRESHOLD))
            measured.append(await _ask(alone, labelled, path, "keywords", KEYWORD_THRESHOLD))
    return measured


async def answers_of(cascade: Cascade, labelled: Labelled) -> list[Answer]:
    """What the cascade makes of each message."""
    understood = await parse_all(cascade, [text for text, _ in labelled])
    return [
        Answer(text, intent, said.guess, said.confidence)
        for (text, intent), said in zip(labelled, understood, strict=True)
    ]


async def _ask(
    cascade: Cascade, labelled: Labelled, path: Path, who: str, threshold: float
) -> Measured:
    began_at = time.perf_counter()
    answers = await answers_of(cascade, labelled)
    taken = 1000 * (time.perf_counter() - began_at) / max(len(labelled), 1)
    return Measured(f"{path.stem}-{who}", f"{path.stem}, {who}", answers, threshold, taken)
