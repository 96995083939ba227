"""Reckoning freight. Pure: templates, goods and a region in, fen and their shares out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from commerce.customers.regions import Region, read_region
from commerce.freight.tables import ChargedBy
from commerce.freight.tariffs import Tariff
from commerce.freight.wording import Charge, free_of_charge, not_sent, why_charged
from commerce.money import yuan
from commerce.pricing.spreading import spread
from commerce.pricing.values import Consigned, Freight


@dataclass(frozen=True, slots=True)
class RegionRate:
    """A tariff that holds in some regions."""

    regions: tuple[Region, ...]
    tariff: Tariff


@dataclass(frozen=True, slots=True)
class FreeRule:
    """Free when so much is paid for the template's goods and so many pieces are bought.

    Of `amount` and `pieces` one may be None. Without regions it holds everywhere.
    """

    amount: int | None = None
    pieces: int | None = None
    regions: tuple[Region, ...] = ()

    def holds_in(self, place: Region | None) -> bool:
        """Whether it is a rule for this place; one of some regions needs a place."""
        return not self.regions or (place is not None and _covers(self.regions, place))

    @property
    def in_words(self) -> str:
        """`满¥50、2件包邮`."""
        bounds = [yuan(self.amount)] if self.amount else []
        bounds += [f"{self.pieces}件"] if self.pieces else []
        return f"满{'、'.join(bounds)}包邮"

    def frees(self, lines: Iterable[Consigned], place: Region | None) -> bool:
        """Whether these goods travel to this place for nothing; a rule of regions needs one."""
        if not self.holds_in(place):
            return False
        lines = tuple(lines)
        paid = sum(line.amount for line in lines)
        pieces = sum(line.quantity for line in lines)
        return paid >= (self.amount or 0) and pieces >= (self.pieces or 0)


@dataclass(frozen=True, slots=True)
class Template:
    """How some goods are charged. The narrowest region with a rate counts, else `tariff`."""

    name: str
    charged_by: ChargedBy
    tariff: Tariff
    rates: tuple[RegionRate, ...] = ()
    free_rules: tuple[FreeRule, ...] = ()
    no_delivery: tuple[Region, ...] = ()

    def sends_to(self, place: Region | None) -> bool:
        """Whether its goods are sent there; nothing is refused before a place is known."""
        return place is None or not _covers(self.no_delivery, place)

    def tariff_for(self, place: Region | None) -> Tariff:
        """The tariff that holds there."""
        if place is None:
            return self.tariff
        holding = [
            (region.level, rate.tariff)
            for rate in self.rates
            for region in rate.regions
            if region.contains(place)
        ]
        return max(holding, key=lambda each: each[0], default=(0, self.tariff))[1]

    def units(self, lines: Iterable[Consigned]) -> int:
        """All that the template counts of these goods."""
        match self.charged_by:
            case ChargedBy.PIECE:
                return sum(line.quantity for line in lines)
            case ChargedBy.WEIGHT:
                return sum(line.weight * line.quantity for line in lines)
            case ChargedBy.VOLUME:
                return sum(line.volume * line.quantity for line in lines)


@dataclass(frozen=True, slots=True)
class Terms:
    """The shop's freight rules. Goods of no template, or of one not here, go by the default."""

    templates: Mapping[int, Template] = field(default_factory=dict)
    default: Template | None = None
    free_over: int | None = None
    never_free: tuple[Region, ...] = ()

    def reckon(
        self, consigned: tuple[Consigned, ...], region: str | None, *, is_free: bool
    ) -> Freight:
        """Freight of an order to a region as addresses write it.

        Each template's goods are reckoned together, so its first units are paid once, and the
        templates are summed. A template's own free rule frees its goods only; `free_over` and
        `is_free` free the whole order. A template's freight is divided over its lines by what is
        paid for them, by pieces if they are all for nothing. A refused line costs no freight.
        Without a region, or with one that cannot be read, the default rates give an estimate.
        """
        place = read_region(region) if region else None
        amount, shares = 0, dict.fromkeys((line.variant_id for line in consigned), 0)
        refused: list[int] = []
        charges: list[Charge] = []
        frees_all = is_free or self._is_free_over(consigned, place)
        for template, lines in self._by_template(consigned):
            if not template.sends_to(place):
                refused += (line.variant_id for line in lines)
                continue
            charge = _charge(template, lines, place, is_free=frees_all)
            charges.append(charge)
            amount += charge.price
            for line, share in zip(lines, _shares(charge.price, lines), strict=True):
                shares[line.variant_id] += share
        why = self._why(charges, consigned, place, is_free=is_free)
        if refused and place is not None:
            why = not_sent(place)
        return Freight(amount, shares, why, tuple(refused), is_estimate=place is None)

    def _by_template(
        self, consigned: Iterable[Consigned]
    ) -> list[tuple[Template, list[Consigned]]]:
        """The goods of each template, in order; those that go by none travel for nothing."""
        groups: dict[str, tuple[Template, list[Consigned]]] = {}
        for line in consigned:
            template = self.templates.get(line.template_id or 0, self.default)
            if template is not None:
                groups.setdefault(template.name, (template, []))[1].append(line)
        return list(groups.values())

    def may_be_free(self, place: Region | None) -> bool:
        """Whether `free_over` holds there."""
        is_excepted = place is not None and _covers(self.never_free, place)
        return self.free_over is not None and not is_excepted

    def _is_free_over(self, consigned: Iterable[Consigned], place: Region | None) -> bool:
        if self.free_over is None or not self.may_be_free(place):
            return False
        return sum(line.amount for line in consigned) >= self.free_over

    def _why(
        self,
        charges: Sequence[Charge],
        consigned: Iterable[Consigned],
        place: Region | None,
        *,
        is_free: bool,
    ) -> str:
        """In the words of the shop, and how much more would make it free."""
        if is_free:
            return "本单包邮"
        if self.free_over is None:
            return why_charged(charges)
        over = f"满{yuan(self.free_over)}包邮"
        if self._is_free_over(consigned, place):
            return over
        why = why_charged(charges)
        if not any(charge.price for charge in charges):
            return why
        excepted = [each for each in self.never_free if place is not None and each.contains(place)]
        if excepted:
            return f"{why}；{excepted[0].spoken}不参加{over}"
        missing = self.free_over - sum(line.amount for line in consigned)
        return f"{why}；再买{yuan(missing)}包邮"


def _charge(
    template: Template, lines: Sequence[Consigned], place: Region | None, *, is_free: bool
) -> Charge:
    if is_free:
        return free_of_charge("")
    for rule in template.free_rules:
        if rule.frees(lines, place):
            return free_of_charge(rule.in_words)
    tariff, units = template.tariff_for(place), template.units(lines)
    return Charge(tariff.price(units), template.charged_by, units, tariff)


def _shares(price: int, lines: Sequence[Consigned]) -> list[int]:
    amounts = [line.amount for line in lines]
    return spread(price, amounts if any(amounts) else [line.quantity for line in lines])


def _covers(regions: Iterable[Region], place: Region) -> bool:
    return any(region.contains(place) for region in regions)
