"""Freight templates as a form writes them: a tariff or a rule a line."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from bot.console.pages.written import fen, find_fen, in_yuan, number
from commerce.customers.regions import Region
from commerce.errors import InvalidInput
from commerce.freight.tables import ChargedBy
from commerce.freight.tariffs import Tariff
from commerce.freight.templates import regions_named
from commerce.freight.terms import FreeRule, RegionRate, Template

CHARGED_BY: Final = {
    ChargedBy.PIECE.value: "按件数（件）",
    ChargedBy.WEIGHT.value: "按重量（克）",
    ChargedBy.VOLUME.value: "按体积（立方厘米）",
}
_BETWEEN: Final = re.compile(r"[、，,;；]")
_TARIFF: Final = 4
"""Numbers of a tariff: so many units, their price, so many more, theirs."""
_RULE: Final = re.compile(r"满(?:(?P<yuan>\d+(?:\.\d{1,2})?)元)?(?:(?P<pieces>\d+)件)?")


def read_template(form: Mapping[str, str]) -> Template:
    """What a form holds. Raises InvalidInput naming the field, and its line."""
    charged_by = form.get("charged_by", "")
    if charged_by not in CHARGED_BY:
        raise InvalidInput("请选择怎么计费", field="charged_by")
    return Template(
        name=form.get("name", "").strip(),
        charged_by=ChargedBy(charged_by),
        tariff=_tariff([form.get(f"tariff-{place}", "") for place in range(_TARIFF)], "tariff-0"),
        rates=tuple(_rate(*each) for each in _lines(form, "rates")),
        free_rules=tuple(_rule(*each) for each in _lines(form, "free_rules")),
        no_delivery=read_regions(form.get("no_delivery", ""), "no_delivery"),
    )


def read_regions(written: str, field: str) -> tuple[Region, ...]:
    """Regions between 、. Raises InvalidInput for what is none."""
    names = (name.strip() for name in _BETWEEN.split(written.replace("\n", "、")))
    return regions_named([name for name in names if name], field)


def write_regions(regions: Iterable[object]) -> str:
    """The same the other way round."""
    return "、".join(map(str, regions))


def write_rate(rate: RegionRate) -> str:
    """`新疆维吾尔自治区 | 1 20.00 1 10.00`."""
    return f"{write_regions(rate.regions)} | {' '.join(numbers_of(rate.tariff))}"


def write_rule(rule: FreeRule) -> str:
    """`满99.00元2件 | 浙江省`."""
    bounds = f"{in_yuan(rule.amount)}元" if rule.amount else ""
    bounds += f"{rule.pieces}件" if rule.pieces else ""
    return f"满{bounds}" + (f" | {write_regions(rule.regions)}" if rule.regions else "")


def numbers_of(tariff: Tariff) -> tuple[str, str, str, str]:
    """A tariff's four numbers as fields hold them."""
    first, extra = in_yuan(tariff.first_price), in_yuan(tariff.extra_price)
    return str(tariff.first_units), first, str(tariff.extra_units), extra


def _lines(form: Mapping[str, str], field: str) -> list[tuple[int, str]]:
    lines = (line.strip() for line in form.get(field, "").splitlines())
    return list(enumerate(filter(None, lines), 1))


def _rate(line: int, written: str) -> RegionRate:
    names, bar, numbers = written.partition("|")
    parts = numbers.split()
    if not bar or len(parts) != _TARIFF:
        raise InvalidInput(f"第{line}行写成“新疆、西藏 | 1 20 1 10”这样", field="rates")
    return RegionRate(read_regions(names, "rates"), _tariff(parts, "rates"))


def _rule(line: int, written: str) -> FreeRule:
    bounds, _, names = written.partition("|")
    match = _RULE.fullmatch(bounds.replace(" ", ""))
    if match is None or not (match["yuan"] or match["pieces"]):
        raise InvalidInput(f"第{line}行写成“满99元”“满2件”这样", field="free_rules")
    pieces = number(match["pieces"], "件数", "free_rules") if match["pieces"] else None
    amount = find_fen(match["yuan"] or "", "金额", "free_rules")
    return FreeRule(amount, pieces, read_regions(names, "free_rules"))


def _tariff(parts: Iterable[str], field: str) -> Tariff:
    first, first_price, extra, extra_price = parts
    return Tariff(
        number(first, "首件数量", field),
        fen(first_price, "首件运费", field),
        number(extra, "续件数量", field),
        fen(extra_price, "续件运费", field),
    )
