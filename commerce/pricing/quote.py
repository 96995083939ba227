"""A quote: what has to be paid, and how it comes about. One value that explains itself."""

from dataclasses import asdict, dataclass
from typing import Any

from commerce.pricing.values import StepKind


@dataclass(frozen=True, slots=True)
class Share:
    """What one discount takes off one line, in fen."""

    kind: StepKind
    name: str
    amount: int


@dataclass(frozen=True, slots=True)
class QuotedLine:
    """A line of a quote. `price` is that of one piece before any offer, `gross` of them all.

    `total` is what all its pieces cost after its `shares` of every discount; freight is apart.
    """

    variant_id: int
    product_id: int
    category_id: int | None
    title: str
    label: str
    price: int
    quantity: int
    gross: int
    shares: tuple[Share, ...]
    total: int
    freight: int
    points_spent: int
    points_given: int


@dataclass(frozen=True, slots=True)
class Step:
    """One step from nothing to the amount payable; a discount is negative."""

    name: str
    amount: int
    kind: StepKind


@dataclass(frozen=True, slots=True)
class Quote:
    """Amounts in fen. The steps sum to `payable`, the lines' totals to `payable - freight`.

    The lines' freight, points spent and points given sum to those of the quote. `gifts` are
    templates of coupons that come with the goods; `refused` are variants that are not sent to the
    address; `freight_is_estimate` says that no address was known.
    """

    lines: tuple[QuotedLine, ...]
    steps: tuple[Step, ...]
    goods_total: int
    discount: int
    freight: int
    payable: int
    points_spent: int = 0
    points_given: int = 0
    coupon_id: int | None = None
    gifts: tuple[int, ...] = ()
    freight_why: str = ""
    freight_is_estimate: bool = False
    refused: tuple[int, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The quote in plain JSON values."""
        return asdict(self)
