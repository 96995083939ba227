"""The numbers by which pipelines and thresholds are chosen."""

import pytest

from nlu.measuring.scores import (
    Answer,
    accuracy,
    at_threshold,
    calibration,
    calibration_error,
    confusions,
    intent_scores,
    macro_f1,
)

ANSWERS = [
    Answer("谢谢", "thank", "thank", 0.95),
    Answer("谢了哈", "thank", "greet", 0.35),
    Answer("转人工", "human_handoff", "human_handoff", 0.9),
    Answer("找人", "human_handoff", "human_handoff", 0.3),
    Answer("下雨吗", "out_of_scope", "out_of_scope", 0.8),
    Answer("积分落户", "out_of_scope", "ask_points", 0.7),
    Answer("买火车票", "out_of_scope", "checkout", 0.2),
    Answer("唱首歌", "out_of_scope", "out_of_scope", 0.1),
]


def test_accuracy_counts_guesses_however_unsure() -> None:
    assert accuracy(ANSWERS) == 5 / 8
    assert accuracy([]) == 0


def test_every_wanted_intent_weighs_the_same_in_the_macro_f1() -> None:
    scores = {score.intent: score for score in intent_scores(ANSWERS)}

    assert set(scores) == {"thank", "human_handoff", "out_of_scope"}
    assert (scores["thank"].precision, scores["thank"].recall) == (1, 0.5)
    assert scores["thank"].f1 == pytest.approx(2 / 3)
    assert macro_f1(ANSWERS) == pytest.approx((2 / 3 + 1 + 2 / 3) / 3)


def test_a_threshold_is_judged_by_what_it_lets_through() -> None:
    at = at_threshold(ANSWERS, 0.35)

    assert at.covered == 3 / 4  # Of the four that are about the shop.
    assert at.right == 3 / 5
    assert at.accepted == 1 / 4  # Of four out of scope, one is acted upon.
    assert at.handoff_recall == 1 / 2


def test_a_higher_threshold_never_covers_or_accepts_more() -> None:
    curve = [at_threshold(ANSWERS, number / 20) for number in range(21)]

    assert [each.covered for each in curve] == sorted((e.covered for e in curve), reverse=True)
    assert [each.accepted for each in curve] == sorted((e.accepted for e in curve), reverse=True)


def test_calibration_compares_confidence_with_truth_bin_by_bin() -> None:
    bins = calibration(ANSWERS, bins=2)

    assert [each.messages for each in bins] == [4, 4]
    assert [each.right for each in bins] == [0.5, 0.75]
    assert calibration_error([Answer("x", "greet", "greet", 1.0)] * 3) == 0


def test_confusions_come_most_frequent_first() -> None:
    twice = [*ANSWERS, Answer("多谢", "thank", "greet", 0.6)]

    assert confusions(twice)[0] == ("thank", "greet", 2)
