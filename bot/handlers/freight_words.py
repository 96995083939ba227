"""What sending costs, in the shop's words, from its templates as they are."""

from collections.abc import Iterable
from typing import Final

from commerce.customers.regions import Region
from commerce.freight.terms import Template, Terms
from commerce.freight.wording import tariff_in_words
from commerce.money import yuan

PLAIN: Final = "包邮，不用凑单"
NOT_SENT: Final = "{region}暂时寄不到"
FREE_OVER: Final = "满{amount}包邮"
ELSE: Final = "不满的运费{tariff}"
EXCEPTED: Final = "不参加满{amount}包邮"
MOST_REGIONS: Final = 4
"""Regions that are named in one breath."""
MOST_RATES: Final = 3


def freight_in_words(terms: Terms, template: Template | None, place: Region | None) -> str:
    """What a customer pays for the way: there, or in general with the regions that cost more."""
    template = template or terms.default
    if template is None:
        return PLAIN
    if place is not None:
        return _there(terms, template, place)
    tariff = tariff_in_words(template.tariff, template.charged_by)
    is_plain = template.tariff.first_price == template.tariff.extra_price == 0
    if is_plain:
        general = PLAIN
    elif terms.free_over is None:
        general = f"运费{tariff}"
    else:
        general = f"{FREE_OVER.format(amount=yuan(terms.free_over))}，{ELSE.format(tariff=tariff)}"
    free = [f"{_names(rule.regions)}{rule.in_words}" for rule in template.free_rules[:MOST_RATES]]
    return "；".join([general, *free, *_dearer(terms, template)])


def sent_nowhere_of(template: Template | None) -> list[str]:
    """The regions that a template's goods are not sent to, as people say them."""
    return [] if template is None else [region.spoken for region in template.no_delivery]


def _there(terms: Terms, template: Template, place: Region) -> str:
    if not template.sends_to(place):
        return NOT_SENT.format(region=place.spoken)
    tariff = template.tariff_for(place)
    if tariff.first_price == tariff.extra_price == 0:
        return f"寄到{place.spoken}包邮"
    told = [f"寄到{place.spoken}运费{tariff_in_words(tariff, template.charged_by)}"]
    told += [rule.in_words for rule in template.free_rules if rule.holds_in(place)]
    if terms.free_over is not None:
        sentence = FREE_OVER if terms.may_be_free(place) else EXCEPTED
        told.append(sentence.format(amount=yuan(terms.free_over)))
    return "，".join(told)


def _dearer(terms: Terms, template: Template) -> list[str]:
    """The rates that are above the general one, with their regions."""
    told = []
    for rate in template.rates:
        if rate.tariff.first_price <= template.tariff.first_price:
            continue
        words = f"{_names(rate.regions)}{tariff_in_words(rate.tariff, template.charged_by)}"
        if terms.free_over is not None and not any(map(terms.may_be_free, rate.regions)):
            words += f"，{EXCEPTED.format(amount=yuan(terms.free_over))}"
        told.append(words)
    return told[:MOST_RATES]


def _names(regions: Iterable[Region]) -> str:
    names = [region.spoken for region in regions]
    return "、".join(names[:MOST_REGIONS]) + ("等地" if len(names) > MOST_REGIONS else "")
