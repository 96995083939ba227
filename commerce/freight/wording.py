"""Freight in the words of the shop: what it was charged for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from commerce.customers.regions import Region
from commerce.freight.tables import ChargedBy
from commerce.freight.tariffs import Tariff
from commerce.money import yuan

_GRAMS_OF_KILO: Final = 1_000
_CM3_OF_M3: Final = 1_000_000
_SOME_CM3: Final = 10_000
"""From here on volumes are told in cubic metres."""


@dataclass(frozen=True, slots=True)
class Charge:
    """What one template charges for its goods, and by which tariff; prices are fen."""

    price: int
    charged_by: ChargedBy = ChargedBy.PIECE
    units: int = 0
    tariff: Tariff | None = None
    """None where it is nobody's: the goods were freed."""
    freed_by: str = ""
    """The rule that frees these goods."""


def free_of_charge(freed_by: str) -> Charge:
    """A charge of nothing."""
    return Charge(0, freed_by=freed_by)


def why_charged(charges: Sequence[Charge]) -> str:
    """Every template's way of charging, once."""
    return "；".join(dict.fromkeys(map(_in_words, charges))) or "包邮"


def not_sent(place: Region) -> str:
    """That goods are not sent to a place."""
    return f"暂时不发{place.spoken}"


def tariff_in_words(tariff: Tariff, charged_by: ChargedBy) -> str:
    """A whole tariff.

    >>> tariff_in_words(Tariff(1, 800, 1, 200), ChargedBy.PIECE)
    '首件¥8，每多1件加¥2'
    >>> tariff_in_words(Tariff(1000, 1000, 500, 300), ChargedBy.WEIGHT)
    '1公斤内¥10，每多500克加¥3'
    """
    if tariff.extra_price == 0:
        return f"每单{yuan(tariff.first_price)}" if tariff.first_price else "包邮"
    extra = measured(tariff.extra_units, charged_by)
    return f"{_first(tariff, charged_by)}，每多{extra}加{yuan(tariff.extra_price)}"


def measured(units: int, charged_by: ChargedBy) -> str:
    """So many units as people say it.

    >>> measured(3, ChargedBy.PIECE), measured(500, ChargedBy.WEIGHT)
    ('3件', '500克')
    >>> measured(2500, ChargedBy.WEIGHT), measured(50_000, ChargedBy.VOLUME)
    ('2.5公斤', '0.05立方米')
    """
    match charged_by:
        case ChargedBy.PIECE:
            return f"{units}件"
        case ChargedBy.WEIGHT if units < _GRAMS_OF_KILO:
            return f"{units}克"
        case ChargedBy.WEIGHT:
            return f"{_decimal(units, _GRAMS_OF_KILO)}公斤"
        case ChargedBy.VOLUME if units < _SOME_CM3:
            return f"{units}立方厘米"
        case ChargedBy.VOLUME:
            return f"{_decimal(units, _CM3_OF_M3)}立方米"


def _decimal(units: int, of: int) -> str:
    digits = len(str(of)) - 1
    whole, rest = divmod(units, of)
    return f"{whole}.{rest:0{digits}d}".rstrip("0").rstrip(".")


def _in_words(charge: Charge) -> str:
    if charge.price == 0 or charge.tariff is None:
        return charge.freed_by or "包邮"
    if charge.units <= charge.tariff.first_units:
        return _first(charge.tariff, charge.charged_by)
    told = tariff_in_words(charge.tariff, charge.charged_by)
    return f"共{measured(charge.units, charge.charged_by)}，{told}"


def _first(tariff: Tariff, charged_by: ChargedBy) -> str:
    is_piece = charged_by is ChargedBy.PIECE and tariff.first_units == 1
    first = "首件" if is_piece else f"{measured(tariff.first_units, charged_by)}内"
    return f"{first}{yuan(tariff.first_price)}"
