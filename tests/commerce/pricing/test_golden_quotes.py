"""Quotes are what a person reckons with pencil and paper, to the fen and to the line."""

from collections.abc import Iterable

import pytest

from commerce.errors import InvalidInput
from commerce.pricing.quote import QuotedLine, Step
from commerce.pricing.reckoning import reckon
from commerce.pricing.values import StepKind
from tests.commerce.pricing.golden_baskets import (
    COUPON_ID,
    GoldenLine,
    GoldenQuote,
    GoldenRefusal,
    read_golden_files,
)

FILES = read_golden_files()
BASKETS = [
    pytest.param(basket, id=f"{name}: {basket.name}")
    for name, file in FILES.items()
    for basket in file.basket
]
REFUSED = [
    pytest.param(refused, id=refused.name) for file in FILES.values() for refused in file.refused
]
EACH_LINE_ITS_OWN = (StepKind.ACTIVITY, StepKind.TIMED, StepKind.MEMBER)


@pytest.mark.parametrize("golden", BASKETS)
def test_a_quote_is_what_a_person_reckons(golden: GoldenQuote) -> None:
    quote = reckon(golden.basket)

    assert [as_golden(line) for line in quote.lines] == list(golden.lines)
    assert in_sum(quote.steps) == golden.all_steps
    assert quote.payable == golden.payable
    assert quote.goods_total == golden.steps[StepKind.GOODS]
    assert quote.freight == golden.steps.get(StepKind.FREIGHT, 0)
    assert quote.discount == -sum(amount for _, amount in golden.all_steps if amount < 0)
    assert (quote.points_spent, quote.points_given) == (golden.spent, golden.given)
    assert (quote.gifts, quote.refused) == (golden.gifts, golden.refused)
    assert quote.freight_is_estimate == golden.is_estimate
    assert quote.coupon_id == (COUPON_ID if golden.coupon else None)


@pytest.mark.parametrize("golden", REFUSED)
def test_what_has_no_quote_says_which_field_and_what_is_missing(golden: GoldenRefusal) -> None:
    with pytest.raises(InvalidInput) as refusal:
        reckon(golden.basket)

    assert refusal.value.details["field"] == golden.field
    assert refusal.value.details.get("missing") == golden.missing


def test_each_step_is_named_as_the_customer_knows_it() -> None:
    golden = next(each for each in FILES["whole"].basket if each.name == "everything, to 新疆")

    assert [step.name for step in reckon(golden.basket).steps] == [
        "商品金额",
        "拼团价",
        "限时折扣",
        "会员价（银卡）",
        "百元阶梯（满¥300减¥60）",
        "优惠券（一类满99减15）",
        "积分抵扣（1500分）",
        "运费",
    ]


@pytest.mark.parametrize("golden", BASKETS)
def test_the_written_numbers_agree_with_each_other(golden: GoldenQuote) -> None:
    lines = golden.lines

    assert sum(amount for _, amount in golden.all_steps) == golden.payable
    assert sum(line.total + line.freight for line in lines) == golden.payable
    assert sum(line.spent for line in lines) == golden.spent
    assert sum(line.given for line in lines) == golden.given
    for goods, line in zip(golden.goods, lines, strict=True):
        off = line.activity + line.timed + line.member + line.reward + line.coupon + line.points
        assert goods.price * goods.quantity - off == line.total


def test_there_are_more_than_sixty_baskets_each_with_a_name_of_its_own() -> None:
    names = [basket.id for basket in BASKETS]

    assert len(names) == len(set(names)) > 60


def as_golden(line: QuotedLine) -> GoldenLine:
    """A quoted line as the files write it."""
    shares = {kind.value: 0 for kind in StepKind if kind not in (StepKind.GOODS, StepKind.FREIGHT)}
    for share in line.shares:
        shares[share.kind.value] += share.amount
    return GoldenLine(
        total=line.total,
        freight=line.freight,
        spent=line.points_spent,
        given=line.points_given,
        **shares,
    )


def in_sum(steps: Iterable[Step]) -> list[tuple[StepKind, int]]:
    """Steps without those of nothing; offers of single lines count together, by their kind."""
    sums: list[tuple[StepKind, int]] = []
    for step in steps:
        if sums and sums[-1][0] == step.kind and step.kind in EACH_LINE_ITS_OWN:
            sums[-1] = step.kind, sums[-1][1] + step.amount
        else:
            sums.append((step.kind, step.amount))
    return [each for each in sums if each[1]]
