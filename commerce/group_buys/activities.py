"""What an activity offers: its tiers, its prices, and whether it runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlmodel import Session, col, select

from commerce.group_buys.tables import GroupActivity, GroupPrice
from commerce.inserting import id_of


class HasWindow(Protocol):
    """Whatever says when an activity may be taken up."""

    @property
    def is_on(self) -> bool: ...
    @property
    def starts_at(self) -> datetime | None: ...
    @property
    def ends_at(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class Tier:
    """So many heads, and then fen for one piece by variant id."""

    heads: int
    prices: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Tiers:
    """The tiers of an activity, fewest heads first; there is at least one."""

    all: tuple[Tier, ...]

    @property
    def first(self) -> Tier:
        """The one that everybody pays, and without which a group fails."""
        return self.all[0]

    @property
    def size(self) -> int:
        """Seats in a group."""
        return self.all[-1].heads

    def reached_by(self, heads: int) -> Tier | None:
        """The highest tier that so many reach, or None."""
        reached = [tier for tier in self.all if tier.heads <= heads]
        return reached[-1] if reached else None

    def after(self, heads: int) -> Tier | None:
        """The next tier that so many do not reach yet, or None."""
        return next((tier for tier in self.all if tier.heads > heads), None)

    def with_heads(self, heads: int) -> Tier:
        """The tier of exactly so many heads."""
        return next(tier for tier in self.all if tier.heads == heads)


def list_tiers(session: Session, activity_ids: Sequence[int]) -> dict[int, Tiers]:
    """The tiers of these activities, by activity id."""
    prices: dict[int, dict[int, dict[int, int]]] = {}
    wanted = select(GroupPrice).where(col(GroupPrice.activity_id).in_(activity_ids))
    for row in session.exec(wanted.order_by(col(GroupPrice.heads), col(GroupPrice.variant_id))):
        by_heads = prices.setdefault(row.activity_id, {})
        by_heads.setdefault(row.heads, {})[row.variant_id] = row.price
    return {
        activity_id: Tiers(tuple(Tier(heads, of_it) for heads, of_it in by_heads.items()))
        for activity_id, by_heads in prices.items()
    }


def tiers_of(session: Session, activity: GroupActivity) -> Tiers:
    """The tiers of one activity."""
    return list_tiers(session, [id_of(activity)])[id_of(activity)]


def may_open(activity: HasWindow, at: datetime) -> bool:
    """Whether a group may be opened at that moment."""
    begins, ends = activity.starts_at, activity.ends_at
    is_within = (begins is None or begins <= at) and (ends is None or at < ends)
    return activity.is_on and is_within
