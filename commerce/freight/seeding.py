"""Freight written in a file: read with its faults named, and taken over where the shop has none."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select, update

from commerce.catalogue.tables import Product, Variant
from commerce.customers.regions import Region
from commerce.errors import InvalidInput
from commerce.freight.tables import ChargedBy, FreightPolicy
from commerce.freight.tariffs import Tariff
from commerce.freight.templates import (
    check_template,
    find_template,
    regions_named,
    save_template,
    set_policy,
)
from commerce.freight.terms import FreeRule, RegionRate, Template
from commerce.inserting import id_of
from commerce.money import fen_from_yuan


@dataclass(frozen=True, slots=True)
class SeededGoods:
    """A product, by one of its variants, and what a piece of it weighs and takes up."""

    template: str
    sku: str
    weight: int
    volume: int


@dataclass(frozen=True, slots=True)
class FreightFile:
    """What a file says; `default` names one of its templates."""

    templates: tuple[Template, ...]
    default: str
    free_over: int | None
    never_free: tuple[Region, ...]
    goods: tuple[SeededGoods, ...]


def read_freight(path: Path) -> FreightFile:
    """A file in the form of the demo shop's. Raises InvalidInput, which says what is wrong."""
    written = tomllib.loads(path.read_text("utf-8"))
    try:
        templates = tuple(_template(each) for each in written["template"])
        policy, goods = written["policy"], written.get("goods", {})
        free_over = policy.get("free_over")
        file = FreightFile(
            templates=templates,
            default=policy["default"],
            free_over=None if free_over is None else fen_from_yuan(free_over),
            never_free=regions_named(policy.get("never_free", ()), "never_free"),
            goods=tuple(
                SeededGoods(name, sku, size.get("weight", 0), size.get("volume", 0))
                for name, sizes in goods.items()
                for sku, size in sizes.items()
            ),
        )
    except (KeyError, ValueError) as fault:
        raise InvalidInput(f"{path.name}缺少或写错了：{fault}", field="file") from None
    names = {template.name for template in templates}
    unknown = {file.default, *(each.template for each in file.goods)} - names
    if unknown:
        raise InvalidInput(f"{path.name}里没有叫“{unknown.pop()}”的运费模板", field="file")
    return file


def seed_freight(session: Session, file: FreightFile, now: datetime) -> int:
    """Take over templates that the shop does not have, with their goods; how many these are.

    What is there stays as an operator left it, the policy too.
    """
    new: dict[str, int] = {}
    for template in file.templates:
        if find_template(session, template.name) is None:
            new[template.name] = id_of(save_template(session, template, now))
    default = find_template(session, file.default)
    if default is not None and session.get(FreightPolicy, 1) is None:
        set_policy(
            session,
            default_template_id=id_of(default),
            free_over=file.free_over,
            never_free=file.never_free,
        )
    for goods in file.goods:
        if goods.template in new:
            _assign(session, goods, new[goods.template])
    return len(new)


def _assign(session: Session, goods: SeededGoods, template_id: int) -> None:
    found = select(Variant.product_id).where(Variant.sku == goods.sku)
    product_id = session.exec(found).first()
    if product_id is None:
        return
    of_product = update(Product).where(col(Product.id) == product_id)
    session.exec(of_product.values(freight_template_id=template_id))
    variants = update(Variant).where(col(Variant.product_id) == product_id)
    session.exec(variants.values(weight=goods.weight, volume=goods.volume))


def _template(written: Mapping[str, Any]) -> Template:
    name = written["name"]
    template = Template(
        name=name,
        charged_by=ChargedBy(written["charged_by"]),
        tariff=_tariff(written),
        rates=tuple(
            RegionRate(regions_named(each["regions"], name), _tariff(each))
            for each in written.get("rates", ())
        ),
        free_rules=tuple(_free_rule(each, name) for each in written.get("free", ())),
        no_delivery=regions_named(written.get("no_delivery", ()), name),
    )
    check_template(template)
    return template


def _tariff(written: Mapping[str, Sequence[Any]]) -> Tariff:
    (first_units, first_price), (extra_units, extra_price) = written["first"], written["extra"]
    return Tariff(first_units, fen_from_yuan(first_price), extra_units, fen_from_yuan(extra_price))


def _free_rule(written: Mapping[str, Any], name: str) -> FreeRule:
    amount = written.get("amount")
    return FreeRule(
        None if amount is None else fen_from_yuan(amount),
        written.get("pieces"),
        regions_named(written.get("regions", ()), name),
    )
