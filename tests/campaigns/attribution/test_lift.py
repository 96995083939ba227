"""The lift and its intervals, against worked examples and by drawing lots."""

import random

import pytest

from campaigns.attribution.lift import Sample, compare, wilson


def sample(spent: list[int]) -> Sample:
    return Sample(
        len(spent), sum(each > 0 for each in spent), sum(spent), sum(each * each for each in spent)
    )


def test_wilsons_interval_equals_a_worked_example() -> None:
    """Newcombe 1998 (Statistics in Medicine 17:857), table I: 81 of 263."""
    share = wilson(81, 263)

    assert (round(share.low, 4), round(share.high, 4)) == (0.2553, 0.3662)


def test_the_interval_of_a_difference_equals_a_worked_example() -> None:
    """Newcombe 1998 (Statistics in Medicine 17:873), table II, method 10: 56/70 and 48/80."""
    lift = compare(Sample(70, 56, 0, 0), Sample(80, 48, 0, 0))

    assert lift.rate is not None
    assert round(lift.rate.value, 4) == 0.2
    assert (round(lift.rate.low, 4), round(lift.rate.high, 4)) == (0.0524, 0.3339)


def test_nobody_left_out_means_no_lift() -> None:
    lift = compare(sample([100, 0]), sample([]))

    assert lift.rate is None
    assert lift.fen is None


def test_the_interval_holds_the_truth_nineteen_times_of_twenty() -> None:
    lots = random.Random(7)
    held = 0
    for _ in range(400):
        treated = [lots.choice((0, 0, 0, 0, 300, 900)) for _ in range(400)]
        others = [lots.choice((0, 0, 0, 0, 0, 300, 900)) for _ in range(400)]
        lift = compare(sample(treated), sample(others))
        assert lift.mean is not None
        held += lift.mean.low <= 200 - 1200 / 7 <= lift.mean.high
    assert held / 400 == pytest.approx(0.95, abs=0.035)


def test_a_group_in_which_nobody_bought_is_no_proof_that_nobody_will() -> None:
    lift = compare(sample([900, 300, 0, 0]), sample([0, 0, 0]))

    assert lift.mean is not None
    assert lift.mean.value == 300
    assert lift.mean.low < 0
    assert not lift.mean.is_certain


def test_where_nobody_bought_there_is_no_amount_to_compare() -> None:
    lift = compare(sample([0, 0]), sample([0, 0, 0]))

    assert lift.rate is not None
    assert (lift.mean, lift.fen) == (None, None)
