"""What the lint finds among texts of real life, and what it lets pass."""

from commerce.compliance import TextKind
from tests.commerce.compliance.corpora import BAD, GOOD

LEAST_RECALL = 0.95
MOST_FALSE_ALARMS = 0.05


def test_the_corpora_are_large_enough_and_hold_no_text_twice() -> None:
    assert len(BAD) >= 60
    assert len(GOOD) >= 60
    texts = [sample.text for sample in (*BAD, *GOOD)]
    assert len(set(texts)) == len(texts)
    assert {sample.kind for sample in BAD} == {sample.kind for sample in GOOD} == set(TextKind)


def test_nearly_every_bad_text_is_stopped_by_the_rule_that_is_meant_for_it() -> None:
    missed = [str(sample) for sample in BAD if sample.rule not in sample.stopped_by]
    assert len(missed) <= (1 - LEAST_RECALL) * len(BAD), missed


def test_hardly_a_good_text_is_stopped() -> None:
    stopped = [f"{sample} {sample.stopped_by}" for sample in GOOD if sample.stopped_by]
    assert len(stopped) <= MOST_FALSE_ALARMS * len(GOOD), stopped
