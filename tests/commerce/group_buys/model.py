"""Group-buys as the shop promises them, in plain numbers: no tables, no locks, no events."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

TO_PAY = timedelta(minutes=30)
LAST_CALL = timedelta(minutes=2)
GRACE = timedelta(minutes=10)


@dataclass
class Bought:
    """An order. What was paid for it is kept, or has gone back."""

    buyer: int
    group: int | None
    wants_new_group: bool
    until: datetime
    state: str = "unpaid"
    is_leader: bool = False
    in_hand: bool = False
    """WeChat Pay may still take the money."""
    kept: int = 0
    back: int = 0

    def give_back(self, fen: int) -> None:
        self.kept, self.back = self.kept - fen, self.back + fen


@dataclass
class Group:
    """Who is in it, by the numbers of their orders."""

    until: datetime
    people: list[int]
    state: str = "open"
    is_virtual: bool = False


@dataclass
class Shop:
    """One activity."""

    prices: Mapping[int, int]
    lifetime: timedelta
    limit: int
    percent: int | None = None
    bought: list[Bought] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)

    @property
    def first(self) -> int:
        return min(self.prices)

    def counted(self, buyer: int) -> int:
        """Orders that count against a buyer's limit."""
        out = ("closed", "refunded")
        return sum(each.buyer == buyer and each.state not in out for each in self.bought)

    def may_order(self, buyer: int, group: int | None, now: datetime) -> bool:
        if self.counted(buyer) >= self.limit:
            return False
        if group is None:
            return True
        joined = self.groups[group]
        is_open = joined.state == "open" and now + LAST_CALL <= joined.until
        mine = [each for each in self.bought if each.buyer == buyer and each.group == group]
        return is_open and not any(each.state in ("unpaid", "waiting") for each in mine)

    def order(self, buyer: int, group: int | None, *, moves: bool, now: datetime) -> None:
        ends = [now + TO_PAY] + ([self.groups[group].until] if group is not None else [])
        self.bought.append(Bought(buyer, group, moves, min(ends), is_leader=group is None))

    def may_begin_to_pay(self, number: int, now: datetime) -> bool:
        order = self.bought[number]
        return order.state == "unpaid" and not order.in_hand and now + LAST_CALL <= order.until

    def pay(self, number: int, at: datetime) -> None:
        """WeChat Pay took the money at that moment."""
        order = self.bought[number]
        order.in_hand, order.kept = False, self.prices[self.first]
        if order.state == "closed":
            order.give_back(order.kept)
        elif order.group is None:
            self._open(number, at)
        elif self.groups[order.group].state == "open" and at <= self.groups[order.group].until:
            order.state = "waiting"
            group = self.groups[order.group]
            group.people.append(number)
            if len(group.people) == max(self.prices):
                self._succeed(group, len(group.people))
        elif order.wants_new_group:
            self._open(number, at)
        else:
            order.state = "refunded"
            order.give_back(order.kept)

    def is_to_close(self, number: int, now: datetime) -> bool:
        order = self.bought[number]
        return order.state == "unpaid" and order.until <= now

    def close(self, number: int) -> None:
        self.bought[number].state, self.bought[number].in_hand = "closed", False

    def end(self, now: datetime) -> None:
        """Every group whose time is up and for which no money is in the air."""
        for number, group in enumerate(self.groups):
            in_the_air = any(
                each.group == number and each.state == "unpaid" and each.in_hand
                for each in self.bought
            )
            is_over = group.until <= now and not (in_the_air and now < group.until + GRACE)
            if group.state == "open" and is_over:
                self._decide(group)

    def _decide(self, group: Group) -> None:
        heads = len(group.people)
        if heads >= self.first:
            self._succeed(group, heads)
        elif self.percent is not None and heads * 100 >= self.percent * self.first:
            group.is_virtual = True
            self._succeed(group, self.first)
        else:
            group.state = "failed"
            for number in group.people:
                self.bought[number].state = "refunded"
                self.bought[number].give_back(self.bought[number].kept)

    def _succeed(self, group: Group, heads: int) -> None:
        group.state = "succeeded"
        price = self.prices[max(tier for tier in self.prices if tier <= heads)]
        for number in group.people:
            self.bought[number].state = "success"
            self.bought[number].give_back(self.bought[number].kept - price)

    def _open(self, number: int, at: datetime) -> None:
        self.groups.append(Group(at + self.lifetime, [number]))
        order = self.bought[number]
        order.state, order.is_leader, order.group = "waiting", True, len(self.groups) - 1
