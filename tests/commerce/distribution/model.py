"""Distribution as the rules are written, in exact fractions: what every account must show.

Written from the rules alone; it shares no code with the shop.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from math import floor

FULL = 10_000


@dataclass
class Rules:
    """What operators set: rates in hundredths of a percent, days, fen."""

    first: int = 1000
    second: int = 500
    freeze: int = 7
    least: int = 100
    most: int = 199_900
    fee: int = 0


@dataclass
class Sale:
    """An order: what was paid for its goods, what of that came back, and who earns at what rate."""

    goods: Fraction
    rates: list[tuple[int, Fraction]]
    freeze: int
    back: Fraction = Fraction(0)
    received: int | None = None

    def is_free(self, today: int) -> bool:
        """Whether its commission can be withdrawn."""
        return self.received is not None and today >= self.received + self.freeze

    def earns(self, who: int) -> int:
        """What it has earned a promoter by now, frozen or free."""
        if self.received is None:
            return 0
        return sum(
            floor(rate * (self.goods - self.back)) for each, rate in self.rates if each == who
        )


@dataclass
class Payout:
    """A withdrawal: on its way until it is refused, failed or paid."""

    who: int
    amount: int
    fee: int
    end: str = ""


@dataclass
class Team:
    """Everything that was promised to everybody."""

    rules: Rules = field(default_factory=Rules)
    above: dict[int, int] = field(default_factory=dict)
    stopped: set[int] = field(default_factory=set)
    sales: list[Sale] = field(default_factory=list)
    payouts: list[Payout] = field(default_factory=list)
    today: int = 0

    def pay(self, buyer: int, goods: int) -> Sale:
        """Rate and upline are frozen at payment: two levels, no further."""
        rates, who = [], buyer
        for rate in (self.rules.first, self.rules.second):
            if who not in self.above or self.above[who] in self.stopped:
                break
            who = self.above[who]
            rates.append((who, Fraction(rate, FULL)))
        self.sales.append(Sale(Fraction(goods), rates, self.rules.freeze))
        return self.sales[-1]

    def pending(self, who: int) -> int:
        """Earned, and still frozen."""
        return sum(sale.earns(who) for sale in self.sales if not sale.is_free(self.today))

    def available(self, who: int) -> int:
        """Earned and free, less what was asked for and has not come back. A debt is below zero."""
        free = sum(sale.earns(who) for sale in self.sales if sale.is_free(self.today))
        return free - sum(each.amount for each in self.of(who) if each.end != "back")

    def in_transit(self, who: int) -> int:
        """Asked for, and neither paid nor back."""
        return sum(each.amount for each in self.of(who) if not each.end)

    def paid(self) -> int:
        """What has left the bank."""
        return sum(each.amount - each.fee for each in self.payouts if each.end == "paid")

    def spent(self) -> int:
        """What commissions have cost the shop, fees taken off."""
        earned = sum(sale.earns(who) for sale in self.sales for who, _ in sale.rates)
        return earned - sum(each.fee for each in self.payouts if each.end == "paid")

    def of(self, who: int) -> list[Payout]:
        """A promoter's withdrawals."""
        return [each for each in self.payouts if each.who == who]

    def may_ask(self, who: int, amount: int) -> bool:
        """Within the limits, one at a time, and no more than there is."""
        fits = self.rules.least <= amount <= self.rules.most
        return fits and not self.in_transit(who) and amount <= self.available(who)

    def ask(self, who: int, amount: int) -> None:
        """Off what is available, at once."""
        fee = floor(Fraction(amount * self.rules.fee, FULL))
        self.payouts.append(Payout(who, amount, fee))
