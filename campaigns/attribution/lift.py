"""What a campaign changed: those who were to get it beside those who were left out by lot."""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import Final

CONFIDENCE: Final = 0.95


@dataclass(frozen=True, slots=True)
class Sample:
    """A group of persons: how many bought, and what they spent. `squares` is the sum of squares
    of each one's fen."""

    persons: int
    buyers: int
    fen: int
    squares: int

    @property
    def rate(self) -> float:
        """The share who bought; 0 for nobody."""
        return self.buyers / self.persons if self.persons else 0.0

    @property
    def mean(self) -> float:
        """Fen a person, whether they bought or not."""
        return self.fen / self.persons if self.persons else 0.0

    @property
    def variance(self) -> float:
        """Of a person's fen, as estimated from the sample; 0 for fewer than two."""
        if self.persons < 2:
            return 0.0
        return max(0.0, (self.squares - self.fen * self.fen / self.persons) / (self.persons - 1))


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate and where the truth lies, nineteen times of twenty."""

    value: float
    low: float
    high: float

    @property
    def is_certain(self) -> bool:
        """Whether it is not zero, as far as the interval says."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True)
class Lift:
    """The difference that a campaign made. None where one of the groups has nobody."""

    treated: Sample
    held_out: Sample
    rate: Interval | None
    """Of the shares who bought, in whole ones: 0.01 is a percent point."""
    mean: Interval | None
    """Of fen a person; None too where nobody spent another amount than anybody else."""

    @property
    def fen(self) -> Interval | None:
        """What it brought in all: the difference a person, times who were to get it."""
        if self.mean is None:
            return None
        persons = self.treated.persons
        return Interval(
            self.mean.value * persons, self.mean.low * persons, self.mean.high * persons
        )


def compare(treated: Sample, held_out: Sample) -> Lift:
    """The lift with its intervals: Newcombe's for the rates, Welch's (large samples) for fen.

    A group that shows no spread, such as one in which nobody has bought yet, is no proof that it
    has none: the spread of all together is taken for its own, as if both were alike.
    """
    if not treated.persons or not held_out.persons:
        return Lift(treated, held_out, None, None)
    return Lift(treated, held_out, _rates(treated, held_out), _means(treated, held_out))


def wilson(buyers: int, persons: int, confidence: float = CONFIDENCE) -> Interval:
    """A share with Wilson's score interval, which holds for few and for rare ones too."""
    z = _z(confidence)
    share, spread = buyers / persons, z * z / persons
    middle = (share + spread / 2) / (1 + spread)
    half = z * sqrt(share * (1 - share) / persons + spread / (4 * persons)) / (1 + spread)
    return Interval(share, max(0.0, middle - half), min(1.0, middle + half))


def _rates(treated: Sample, held_out: Sample) -> Interval:
    one = wilson(treated.buyers, treated.persons)
    other = wilson(held_out.buyers, held_out.persons)
    difference = one.value - other.value
    below = sqrt((one.value - one.low) ** 2 + (other.high - other.value) ** 2)
    above = sqrt((one.high - one.value) ** 2 + (other.value - other.low) ** 2)
    return Interval(difference, difference - below, difference + above)


def _means(treated: Sample, held_out: Sample) -> Interval | None:
    everybody = Sample(
        treated.persons + held_out.persons,
        treated.buyers + held_out.buyers,
        treated.fen + held_out.fen,
        treated.squares + held_out.squares,
    )
    if not everybody.variance:
        return None
    difference = treated.mean - held_out.mean
    one, other = (each.variance or everybody.variance for each in (treated, held_out))
    error = sqrt(one / treated.persons + other / held_out.persons)
    half = _z(CONFIDENCE) * error
    return Interval(difference, difference - half, difference + half)


def _z(confidence: float) -> float:
    return NormalDist().inv_cdf((1 + confidence) / 2)
