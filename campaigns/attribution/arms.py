"""Comparing the arms of a campaign, and ending the comparison only by the rule it began with.

A rule looks a stated number of times, after equal shares of the recipients, and at nothing in
between: whoever looks at every moment finds a winner where there is none. The level of error is
divided among the looks and the comparisons (Bonferroni), which errs on the side of going on.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

from sqlalchemy import distinct, func, select
from sqlmodel import Session, col

from campaigns.attribution.tables import CampaignCredit, CampaignVisit
from campaigns.shapes import StopRule
from campaigns.tables import Delivery, DeliveryState
from commerce.inserting import core


@dataclass(frozen=True, slots=True)
class Trial:
    """An arm so far: persons whom it reached, and how many of them came, or bought."""

    reached: int
    successes: int

    @property
    def rate(self) -> float:
        """The share of successes; 0 while it reached nobody."""
        return self.successes / self.reached if self.reached else 0.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a look found. `winner` is empty when the comparison goes on."""

    winner: str
    level: float
    """What a p-value had to be below."""
    p_values: Mapping[str, float]
    """Of the best arm against each other one."""


def pauses_after(rule: StopRule, total: int, looks_done: int) -> int | None:
    """After how many recipients the next look is; None when all were taken."""
    if looks_done >= rule.looks:
        return None
    return -(-total * (looks_done + 1) // (rule.looks + 1))


def judge(rule: StopRule, trials: Mapping[str, Trial]) -> Verdict:
    """Whether the best arm beats each other one at the level that the rule leaves this look."""
    level = rule.alpha / (rule.looks * max(1, len(trials) - 1))
    best = max(sorted(trials), key=lambda name: trials[name].rate)
    p_values = {
        name: p_value(trials[best], trials[name]) for name in sorted(trials) if name != best
    }
    has_enough = all(each.reached >= rule.least for each in trials.values())
    is_won = bool(p_values) and has_enough and all(each < level for each in p_values.values())
    return Verdict(best if is_won else "", level, p_values)


def p_value(one: Trial, other: Trial) -> float:
    """Of the two-sided test that two shares are equal, with the pooled share; 1 for no data."""
    persons = one.reached + other.reached
    if not one.reached or not other.reached:
        return 1.0
    pooled = (one.successes + other.successes) / persons
    error = sqrt(pooled * (1 - pooled) * (1 / one.reached + 1 / other.reached))
    if not error:
        return 1.0
    return 2 * (1 - NormalDist().cdf(abs(one.rate - other.rate) / error))


def trials_of(
    session: Session, run_id: int, node: str, metric: str, names: tuple[str, ...]
) -> Mapping[str, Trial]:
    """Each arm of a node so far, those that reached nobody among them."""
    reached = (
        select(col(Delivery.arm), func.count())
        .where(
            col(Delivery.run_id) == run_id,
            col(Delivery.node) == node,
            col(Delivery.state) == DeliveryState.SENT,
        )
        .group_by(col(Delivery.arm))
    )
    table = CampaignVisit if metric == "visit" else CampaignCredit
    came = (
        select(col(table.arm), func.count(distinct(col(table.customer_id))))
        .where(col(table.run_id) == run_id, col(table.node) == node)
        .group_by(col(table.arm))
    )
    persons = {arm: int(count) for arm, count in core(session).execute(reached)}
    successes = {arm: int(count) for arm, count in core(session).execute(came)}
    return {
        name: Trial(persons.get(name, 0), min(persons.get(name, 0), successes.get(name, 0)))
        for name in names
    }
