"""No sentence makes a pattern try for ever: it would hold the writer, and all the shop with it."""

import ast
import importlib
import itertools
import pkgutil
import re
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import pytest

import bot.handlers
import nlu.extractors
import nlu.keywords
from nlu.keywords.scoring import RULES

PACKAGES: Final = (bot.handlers, nlu.extractors, nlu.keywords)
OPENED: Final[Any] = importlib.import_module("re._parser")
LENGTHS: Final = (14, 18, 22, 26, 32, 44, 60)
SOON: Final = 0.05
"""Seconds; what takes twice as long with every word more is far beyond, what does not far below."""
MOST_TIMES: Final = 20
"""What repeats no more often than this ends soon enough."""
MOST_PIECES: Final = 48
"""Samples of one part of a pattern."""
COMPILED: Final = frozenset({"compile", "fullmatch", "match", "search", "sub", "split", "finditer"})


def modules() -> Iterator[ModuleType]:
    for package in PACKAGES:
        yield package
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            yield importlib.import_module(found.name)


def patterns_of(module: ModuleType) -> set[re.Pattern[str]]:
    """What the module holds compiled, however deep, and what its functions write in place."""
    found: set[re.Pattern[str]] = set()
    open_ones: list[Any] = list(vars(module).values())
    while open_ones:
        each = open_ones.pop()
        if isinstance(each, re.Pattern):
            found.add(each)
        elif isinstance(each, dict):
            open_ones += [*each.keys(), *each.values()]
        elif isinstance(each, (list, tuple, set, frozenset)):
            open_ones += each
    for node in ast.walk(ast.parse(Path(str(module.__file__)).read_text("utf-8"))):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="re"), attr=name),
                args=[ast.Constant(value=str(written)), *_],
            ) if name in COMPILED:
                found.add(re.compile(written))
    return found


def all_patterns() -> dict[str, re.Pattern[str]]:
    """By what they say; the rules of keywords are held as patterns too."""
    found = {each.pattern: each for module in modules() for each in patterns_of(module)}
    return found | {rule.pattern.pattern: rule.pattern for rule in RULES}


def samples(items: Any) -> list[str]:
    """Short texts that a part of a pattern matches, some of each of its alternatives."""
    texts = [""]
    for item in items:
        texts = [a + b for a, b in itertools.product(texts, _pieces(item))][:MOST_PIECES]
    return texts


def _pieces(item: Any) -> list[str]:
    kind, held = str(item[0]), item[1]
    match kind:
        case "LITERAL":
            return [chr(held)]
        case "NOT_LITERAL" | "ANY":
            return ["啊"]
        case "IN":
            return _of_class(held)
        case "BRANCH":
            return [each for branch in held[1] for each in samples(branch)]
        case "SUBPATTERN":
            return samples(held[3])
        case "ATOMIC_GROUP":
            return samples(held)
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            least, most, body = held
            few = (max(least, 1), min(max(least, 1) + 1, int(most)))
            return [
                *(each * n for n in dict.fromkeys(few) for each in samples(body)),
                *([""] if least == 0 else []),
            ]
    return [""]  # An assertion matches nothing of the text.


def _of_class(held: Any) -> list[str]:
    found: list[str] = []
    for kind, value in held:
        match str(kind):
            case "LITERAL":
                found.append(chr(value))
            case "RANGE":
                found.append(chr(value[0]))
            case "CATEGORY":
                found += {"CATEGORY_DIGIT": "1", "CATEGORY_SPACE": " "}.get(str(value), "a")
            case "NEGATE":
                return ["啊"]
    return found


def repeated(items: Any, before: str = "") -> Iterator[tuple[str, list[str]]]:
    """Each group that repeats without end: what must stand before it, and its pieces."""
    for item in items:
        kind, held = str(item[0]), item[1]
        match kind:
            case "MAX_REPEAT" | "MIN_REPEAT":
                if held[1] > MOST_TIMES:
                    yield before, samples(held[2])
                yield from repeated(held[2], before)
            case "POSSESSIVE_REPEAT":
                yield from repeated(held[2], before)
            case "SUBPATTERN":
                yield from repeated(held[3], before)
            case "ATOMIC_GROUP":
                yield from repeated(held, before)
            case "BRANCH":
                for branch in held[1]:
                    yield from repeated(branch, before)
        before += next(iter(_pieces(item)), "")


def ambiguous_pairs(words: list[str]) -> Iterator[str]:
    """Two pieces that may be read as others: one must begin as the pair begins."""
    for first, then in itertools.permutations(words, 2):
        pair = first + then
        if any(pair.startswith(word) for word in words if word != first):
            yield pair


def slow_text(pattern: re.Pattern[str]) -> str | None:
    """A text over which the pattern takes too long, if there is one."""
    for before, pieces in repeated(OPENED.parse(pattern.pattern, pattern.flags)):
        words = [each for each in dict.fromkeys(pieces) if each]
        for word in dict.fromkeys((*words, *itertools.islice(ambiguous_pairs(words), 100))):
            for length in LENGTHS:
                text = before + (word * length)[:length] + "\0"
                begun = time.thread_time()
                pattern.fullmatch(text)
                pattern.search(text)
                if time.thread_time() - begun > SOON:
                    return text
    return None


@pytest.mark.parametrize(
    "written",
    [
        "(?:请|帮?我?要?)*退订",
        "(?:嗯+)+好",
        "是(?:就|就改|改|吧)*",
    ],
)
def test_a_pattern_that_reads_words_in_many_ways_is_found_out(written: str) -> None:
    assert slow_text(re.compile(written)) is not None


def test_no_pattern_reads_words_in_many_ways() -> None:
    patterns = all_patterns()

    assert len(patterns) > 200
    assert {written: slow for written, each in patterns.items() if (slow := slow_text(each))} == {}
