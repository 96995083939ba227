"""What a customer has to pay, and how it comes about. Pure: lines in, amounts out."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from commerce.errors import InvalidInput
from commerce.money import LARGEST_ORDER, yuan
from commerce.ordering.lines import PricedLine


@dataclass(frozen=True, slots=True)
class QuotedLine:
    """A line of a quote. `price` is for one piece, `total` what the line costs after discounts."""

    variant_id: int
    title: str
    label: str
    price: int
    quantity: int
    total: int


@dataclass(frozen=True, slots=True)
class Step:
    """One step from nothing to the amount payable; a discount is negative."""

    name: str
    amount: int


@dataclass(frozen=True, slots=True)
class Quote:
    """Amounts in fen. The steps sum to `payable`, the lines' totals to `payable - freight`."""

    lines: tuple[QuotedLine, ...]
    steps: tuple[Step, ...]
    goods_total: int
    discount: int
    freight: int
    payable: int

    def as_json(self) -> dict[str, Any]:
        """The quote in plain JSON values."""
        return asdict(self)


def quote(lines: Sequence[PricedLine]) -> Quote:
    """Price the lines. Raises InvalidInput when the sum is beyond what one order may cost."""
    goods_total = sum(line.total for line in lines)
    if goods_total > LARGEST_ORDER:
        raise InvalidInput(f"一笔订单最多{yuan(LARGEST_ORDER)}，请分开下单", field="lines")
    return Quote(
        lines=tuple(
            QuotedLine(
                line.variant_id, line.title, line.label, line.price, line.quantity, line.total
            )
            for line in lines
        ),
        steps=(Step("商品金额", goods_total), Step("运费", 0)),
        goods_total=goods_total,
        discount=0,
        freight=0,
        payable=goods_total,
    )
