"""The training data: enough of it, varied, well annotated, and all of it our own."""

import os
import re
from collections import Counter
from pathlib import Path

import yaml  # type: ignore[import-untyped]

from nlu.evaluation import read_labelled
from nlu.training_data import DATA, read_examples
from nlu.understanding import CUSTOMER_INTENTS

EXAMPLES = read_examples()
ENTITIES = {"product", "brand", "color", "size", "attribute", "coupon", "region"}
SAMPLES = os.environ.get("SHOP_NLU_SAMPLES", "")
"""A file of real sentences, lent for measuring; without one there is nothing to leak."""

_GREETING = re.compile(r"^(?:你好|您好|亲|在吗|请问|麻烦|老板|那个|嗯|哈喽|hi|hello|问一下|问下)+")
_PARTICLE = re.compile(r"(?:吗|呢|啊|呀|吧|哦|哈|嘛|么|了|的|呗|啦|哟|诶|欸|喽)+$")
_PUNCTUATION = re.compile(r"[^\w]|_")


def bared(text: str) -> str:
    """A sentence without what changes nothing of its meaning; spelling is left alone."""
    bare = _PUNCTUATION.sub("", text.lower())
    return _PARTICLE.sub("", _GREETING.sub("", bare)) or bare or text


def test_every_intent_has_forty_examples_or_more() -> None:
    counts = Counter(example.intent for example in EXAMPLES)

    assert set(counts) == CUSTOMER_INTENTS
    assert min(counts.values()) >= 40, counts.most_common()[-1]


def test_no_two_examples_differ_only_in_pleasantries() -> None:
    counts = Counter(bared(example.text) for example in EXAMPLES)

    assert [text for text, count in counts.items() if count > 1] == []


def test_annotations_name_known_entities_and_true_surfaces() -> None:
    for example in EXAMPLES:
        for finding in example.findings:
            assert finding.entity in ENTITIES, example
            assert example.text[finding.start : finding.end] == finding.value
            assert finding.value == str(finding.value).strip(), example


def test_no_annotation_is_left_half_open() -> None:
    assert [each.text for each in EXAMPLES if re.search(r"[\[\]{}]|\]\(", each.text)] == []


def test_our_reader_reads_what_yaml_reads() -> None:
    sentences = 0
    for path in DATA.glob("**/*.yml"):
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            if "intent" in block:
                sentences += len(block["examples"].strip().splitlines())

    assert sentences == len(EXAMPLES)


def test_the_domain_names_the_intents_and_entities_of_the_contract() -> None:
    domain = yaml.safe_load((DATA.parent / "domain.yml").read_text(encoding="utf-8"))

    assert set(domain["intents"]) == CUSTOMER_INTENTS
    assert set(domain["entities"]) >= ENTITIES


def test_a_sentence_is_recognised_through_its_pleasantries() -> None:
    long = [example.text for example in EXAMPLES if len(example.text) > 6]

    assert [text for text in long if bared(f"你好，请问{text}呢？") != bared(text)] == []


if SAMPLES:

    def test_no_sentence_to_measure_on_is_among_the_examples() -> None:
        labelled = read_labelled(Path(SAMPLES))
        held_out = {bared(text) for text, _ in labelled if len(text) > 6}

        assert held_out
        assert [each.text for each in EXAMPLES if bared(each.text) in held_out] == []
