"""What goes back for some pieces of an order: pure values, amounts in fen."""

from dataclasses import dataclass, replace

from commerce.errors import InvalidInput
from commerce.money import yuan
from commerce.pricing.spreading import spread


@dataclass(frozen=True, slots=True)
class LineBack:
    """What pieces of one line give back: fen without freight, points spent, points given."""

    order_line_id: int
    pieces: int
    money: int
    points_back: int
    points_off: int


@dataclass(frozen=True, slots=True)
class Back:
    """What a request would give back.

    `freight` is that of the order, or 0. `is_earned`: the customer has already got what the order
    gives, and loses their part of it; otherwise they will get that much less.
    """

    lines: tuple[LineBack, ...]
    freight: int
    is_earned: bool

    @property
    def goods(self) -> int:
        """Fen for the pieces."""
        return sum(line.money for line in self.lines)

    @property
    def amount(self) -> int:
        """Fen in all."""
        return self.goods + self.freight

    @property
    def points_back(self) -> int:
        """Points spent that the customer has again."""
        return sum(line.points_back for line in self.lines)

    @property
    def points_clawed(self) -> int:
        """Points given for the pieces that are taken again."""
        return sum(line.points_off for line in self.lines) if self.is_earned else 0

    @property
    def experience_clawed(self) -> int:
        """Fen that count no more towards the customer's level."""
        return self.goods if self.is_earned else 0

    def lowered_to(self, amount: int) -> "Back":
        """The same pieces for less money: freight is left out first. Points stay as they are.

        Raises InvalidInput for more than was paid, or for less than nothing.
        """
        if not 0 <= amount <= self.amount:
            raise InvalidInput(f"这些商品最多能退{yuan(self.amount)}", field="amount")
        goods = min(amount, self.goods)
        parts = spread(goods, [line.money for line in self.lines])
        lines = zip(self.lines, parts, strict=True)
        return replace(
            self,
            lines=tuple(replace(line, money=part) for line, part in lines),
            freight=amount - goods,
        )
