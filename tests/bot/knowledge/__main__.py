"""`python -m tests.bot.knowledge`: how sure the shop's answers are, and the weights to use."""

import sys
from pathlib import Path
from tempfile import gettempdir

import numpy as np
from rich.console import Console

from bot.knowledge.answering import ASKED_FOR_ANSWERS
from bot.knowledge.ranking import BY_MEANING, BY_WORDING, NEAR, Calibration
from bot.knowledge.vectors import Vectors
from bot.tokenise import ChineseTokeniser
from nlu.embedder import BUNDLED, open_embedder
from tests.bot.knowledge.fitting import Case, Verdict, cases_of, fit, judge, judge_left_out, levels
from tests.bot.knowledge.labelled import (
    HELD_OUT,
    Embed,
    Labelled,
    demo_book,
    demo_drafts,
    read_questions,
)

tell = Console(highlight=False, soft_wrap=True).print
THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9)


def main() -> None:
    """Print the curves of each way, and the weights that all questions give."""
    tokenise = ChineseTokeniser(Path(gettempdir()) / "zhanggui-jieba")
    embedder = open_embedder(BUNDLED)
    assert embedder is not None

    known: dict[str, Vectors] = {}

    def embed(texts: list[str]) -> Vectors:
        for text in texts:
            if text not in known:
                known[text] = embedder.embed([text])[0]
        return np.vstack([known[text] for text in texts])

    for name, way, used in (("meaning", embed, BY_MEANING), ("wording", None, BY_WORDING)):
        _report(name, tokenise, way, used)


def _report(name: str, tokenise: ChineseTokeniser, embed: Embed | None, used: Calibration) -> None:
    drafts, questions = demo_drafts(), read_questions()
    book = demo_book(drafts, tokenise, embed)

    def cases(some: list[Labelled]) -> list[Case]:
        vectors = embed([each.text for each in some]) if embed else None
        return cases_of(book, [each.key for each in drafts], some, vectors)

    tell(f"\nBY {name}: {len(drafts)} entries")
    _curve("questions left out of the fit", judge_left_out(book, cases(questions)))
    held_out = judge(book, cases(read_questions(HELD_OUT)), used)
    _curve("questions held out, with the weights in use", held_out)
    tell(str(fit(book, cases(questions))))
    for each in sorted(held_out, key=lambda each: -each.probability):
        if "--wrong" in sys.argv and not each.is_right and each.probability > NEAR:
            key = drafts[book.pointers[each.found].entry_id - 1].key
            tell(f"{each.probability:.2f} {each.labelled.text} → {key} ({each.labelled.intent})")


def _curve(title: str, verdicts: list[Verdict]) -> None:
    own = [each for each in verdicts if each.labelled.keys]
    arriving = [each for each in verdicts if each.labelled.intent in ASKED_FOR_ANSWERS]
    tell(f"{title}: nearest is right {sum(each.is_right for each in own) / len(own):.3f}")
    for group, some in (("all", verdicts), ("those whose intent asks for an answer", arriving)):
        tell(f"{group}:\nthreshold  given  precision  coverage  offered below")
        for level in levels(some, THRESHOLDS):
            tell(
                f"{level.threshold:9.2f} {level.given:6.3f} {level.precision:10.3f}"
                f" {level.coverage:9.3f} {level.offered:14.3f}"
            )


if __name__ == "__main__":
    main()
