"""Comparing arms: when it is looked, what is found, and how seldom chance is taken for a winner."""

import random

import pytest

from campaigns.attribution.arms import Trial, judge, p_value, pauses_after
from campaigns.shapes import StopRule

RULE = StopRule(metric="visit", looks=2, alpha=0.05, least=100)


@pytest.mark.parametrize(
    ("total", "looks_done", "expected"),
    [(900, 0, 300), (900, 1, 600), (900, 2, None), (1000, 0, 334), (1, 0, 1)],
)
def test_looks_come_after_equal_shares(total: int, looks_done: int, expected: int | None) -> None:
    assert pauses_after(RULE, total, looks_done) == expected


def test_a_p_value_equals_a_worked_one() -> None:
    """Pooled z = 2.2361: 120 of 1,000 beside 90 of 1,000."""
    assert p_value(Trial(1000, 120), Trial(1000, 90)) == pytest.approx(0.0290, abs=0.0005)


@pytest.mark.parametrize(
    ("trials", "winner"),
    [
        ({"A": Trial(1000, 150), "B": Trial(1000, 90)}, "A"),
        ({"A": Trial(1000, 120), "B": Trial(1000, 90)}, ""),  # 0.029 is not below 0.025.
        ({"A": Trial(99, 60), "B": Trial(1000, 90)}, ""),  # Too few.
        ({"A": Trial(1000, 0), "B": Trial(1000, 0)}, ""),
        ({"A": Trial(1000, 90), "B": Trial(1000, 150), "C": Trial(1000, 148)}, ""),
        ({"A": Trial(1000, 90), "B": Trial(1000, 150), "C": Trial(1000, 80)}, "B"),
    ],
)
def test_an_arm_wins_only_if_it_beats_every_other_one(
    trials: dict[str, Trial], winner: str
) -> None:
    assert judge(RULE, trials).winner == winner


def test_equal_arms_have_a_winner_at_most_as_often_as_the_rule_says() -> None:
    lots = random.Random(11)
    won = 0
    for _ in range(600):
        reached, came = {"A": 0, "B": 0}, {"A": 0, "B": 0}
        for _ in range(RULE.looks):
            for arm in reached:
                reached[arm] += 300
                came[arm] += sum(lots.random() < 0.2 for _ in range(300))
            trials = {arm: Trial(reached[arm], came[arm]) for arm in reached}
            if judge(RULE, trials).winner:
                won += 1
                break
    assert won / 600 <= 0.065
