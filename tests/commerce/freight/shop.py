"""A shop with three ways to charge freight, in numbers that a person can reckon."""

from commerce.customers.regions import Region
from commerce.freight.tables import ChargedBy
from commerce.freight.tariffs import Tariff
from commerce.freight.terms import FreeRule, RegionRate, Template, Terms
from commerce.pricing.values import Consigned

XINJIANG, TIBET = Region("新疆维吾尔自治区"), Region("西藏自治区")
HONG_KONG = Region("香港特别行政区", "香港特别行政区")
ABROAD = (Region("台湾省"), HONG_KONG, Region("澳门特别行政区", "澳门特别行政区"))
NEAR = (Region("江苏省"), Region("浙江省"), Region("上海市", "上海市"))
SANSHA = Region("海南省", "三沙市")

LIGHT = Template(
    name="普通",
    charged_by=ChargedBy.PIECE,
    tariff=Tariff(1, 800, 1, 200),
    rates=(
        RegionRate(NEAR, Tariff(1, 600, 2, 100)),
        RegionRate((XINJIANG, TIBET), Tariff(1, 2500, 1, 1000)),
        RegionRate((Region("浙江省", "舟山市", "嵊泗县"),), Tariff(1, 1500, 1, 500)),
    ),
    free_rules=(FreeRule(amount=5000, pieces=2, regions=NEAR),),
    no_delivery=ABROAD,
)
HEAVY = Template(
    name="重货",
    charged_by=ChargedBy.WEIGHT,
    tariff=Tariff(1000, 1000, 500, 300),
    rates=(RegionRate((XINJIANG,), Tariff(1000, 3000, 1000, 1500)),),
    free_rules=(FreeRule(pieces=3, regions=(Region("广东省"),)),),
    no_delivery=(*ABROAD, TIBET),
)
BULKY = Template(
    name="大件",
    charged_by=ChargedBy.VOLUME,
    tariff=Tariff(10_000, 1200, 5_000, 400),
    no_delivery=(*ABROAD, TIBET, XINJIANG, SANSHA),
)
TERMS = Terms(
    templates={1: LIGHT, 2: HEAVY, 3: BULKY},
    default=LIGHT,
    free_over=9900,
    never_free=(XINJIANG, TIBET),
)


def light(pieces: int, paid: int, variant: int = 1, template: int | None = None) -> Consigned:
    """Goods of the default template: so many pieces, for which so much is paid."""
    return Consigned(variant, template, pieces, 0, 0, paid)


def heavy(pieces: int, grams: int, paid: int, variant: int = 2) -> Consigned:
    """Goods that are charged by weight."""
    return Consigned(variant, 2, pieces, grams, 0, paid)


def bulky(pieces: int, cm3: int, paid: int, variant: int = 3) -> Consigned:
    """Goods that are charged by volume."""
    return Consigned(variant, 3, pieces, 0, cm3, paid)
