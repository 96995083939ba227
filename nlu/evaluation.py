"""How well customers are understood: cross-validation of the model, and sentences it never saw."""

import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from nlu.cascade import Cascade
from nlu.dictionary import Dictionary
from nlu.keyword_parser import KeywordParser
from nlu.rasa_environment import RASA_PYTHON, ROOT, rasa_environment
from nlu.rasa_parser import RasaParser
from nlu.serving import rasa_at
from nlu.training_data import read_examples

THRESHOLDS: Final = (0.0, 0.2, 0.3, 0.4, 0.5, 0.6)
_WORST: Final = 8

type Print = Callable[[str], None]
type Labelled = Sequence[tuple[str, str]]  # (text, intent)


async def report(folds: int, say: Print, samples: Path | None = None) -> None:
    """Print accuracy, macro-F1 and the worst intents of everything there is to measure on.

    `samples`, a `text<TAB>intent` file, are only reported: nothing may be chosen by them.
    """
    if folds > 1:
        say(f"Rasa, {folds}-fold over nlu/data (the rules among its features saw all of it):")
        _print_cross_validation(_cross_validate(folds), say)
    dictionary = Dictionary()
    keyword = KeywordParser(dictionary)
    examples = [(each.text, each.intent) for each in read_examples()]
    say(f"\nnlu/data: {len(examples)} sentences")
    await _print_answers(Cascade(None, keyword, 0, 0), examples, "keywords", say)
    if samples is None:
        return
    labelled = read_labelled(samples)
    say(f"\n{samples.name}: {len(labelled)} sentences")
    await _print_answers(Cascade(None, keyword, 0, 0), labelled, "keywords", say)
    token = os.environ.get("SHOP_NLU_TOKEN") or "evaluation"
    async with rasa_at("", token) as url, RasaParser(url, token, dictionary) as rasa:
        await _print_answers(Cascade(rasa, keyword, 0, 0), labelled, "Rasa", say)


def read_labelled(path: Path) -> Labelled:
    """`text<TAB>intent` lines below a heading."""
    lines = path.read_text(encoding="utf-8").splitlines()[1:]
    return [(text, intent) for text, intent, *_ in (line.split("\t") for line in lines)]


def macro_f1(pairs: Iterable[tuple[str, str]]) -> tuple[float, dict[str, float]]:
    """Over (wanted, given) pairs: the mean F1 of the wanted intents, and each one's own."""
    pairs = list(pairs)
    scores: dict[str, float] = {}
    for intent in {wanted for wanted, _ in pairs}:
        hits = sum(wanted == given == intent for wanted, given in pairs)
        mentions = sum((wanted == intent) + (given == intent) for wanted, given in pairs)
        scores[intent] = 2 * hits / mentions
    return (sum(scores.values()) / len(scores) if scores else 0.0), scores


async def _print_answers(cascade: Cascade, labelled: Labelled, who: str, say: Print) -> None:
    said = [(intent, await cascade.parse(text)) for text, intent in labelled]
    pairs = [(intent, each.guess) for intent, each in said]
    mean, scores = macro_f1(pairs)
    accuracy = sum(wanted == given for wanted, given in pairs) / len(pairs)
    worst = sorted(scores, key=lambda intent: scores[intent])[:_WORST]
    say(f"  {who:9} accuracy {accuracy:.3f}  macro-F1 {mean:.3f}")
    say("    worst: " + ", ".join(f"{intent} {scores[intent]:.2f}" for intent in worst))
    _print_thresholds([(each.confidence, intent == each.guess) for intent, each in said], say)


def _print_thresholds(answers: Sequence[tuple[float, bool]], say: Print) -> None:
    """What a threshold would let through, and how much of that would be right."""
    for threshold in THRESHOLDS:
        through = [right for confidence, right in answers if confidence >= threshold]
        if through:
            share, right = len(through) / len(answers), sum(through) / len(through)
            say(f"    threshold {threshold:.1f}: answers {share:.3f}, right of those {right:.3f}")


def _cross_validate(folds: int) -> dict[str, Any]:
    """Rasa's own cross-validation of config.yml; its intent report and single predictions."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            *(str(RASA_PYTHON), "-m", "nlu.components.rasa_command", "test", "nlu"),
            *("--cross-validation", "--folds", str(folds), "--nlu", "nlu/data"),
            *("--config", "config.yml", "--domain", "nlu/domain.yml"),
            *("--out", folder, "--no-plot", "--successes"),
        ]
        subprocess.run(  # noqa: S603 - our own command
            command,
            cwd=ROOT,
            env=rasa_environment(SHOP_LEXICON_FILE="/dev/null", RASA_CACHE_DIRECTORY=folder),
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        return {
            path.stem: json.loads(path.read_text(encoding="utf-8"))
            for path in Path(folder).glob("*.json")
        }


def _print_cross_validation(results: dict[str, Any], say: Print) -> None:
    intents = results["intent_report"]
    names = {"accuracy", "macro avg", "weighted avg", "micro avg"}
    scores = {name: row["f1-score"] for name, row in intents.items() if name not in names}
    worst = sorted(scores, key=lambda intent: scores[intent])[:_WORST]
    say(f"  accuracy {intents['accuracy']:.3f}  macro-F1 {intents['macro avg']['f1-score']:.3f}")
    say("    worst: " + ", ".join(f"{intent} {scores[intent]:.2f}" for intent in worst))
    answers = [
        (each["intent_prediction"]["confidence"], right)
        for kind, right in (("intent_successes", True), ("intent_errors", False))
        for each in results.get(kind, [])
    ]
    _print_thresholds(answers, say)
    entities = results.get("CRFEntityExtractor_report", {}).get("micro avg")
    if entities:
        say(f"  entities of the CRF: F1 {entities['f1-score']:.3f}")
