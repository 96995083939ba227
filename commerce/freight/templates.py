"""The shop's freight templates: loaded for a quote, checked and written for an operator."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import RowMapping, Table, bindparam, delete, insert, select
from sqlmodel import Session, SQLModel
from sqlmodel import select as rows

from commerce.catalogue.tables import Product
from commerce.customers.regions import Region, read_region
from commerce.errors import IllegalMove, InvalidInput
from commerce.freight.tables import (
    ChargedBy,
    FreightFreeRule,
    FreightPolicy,
    FreightRate,
    FreightTemplate,
)
from commerce.freight.tariffs import Tariff
from commerce.freight.terms import FreeRule, RegionRate, Template, Terms
from commerce.inserting import core, id_of
from commerce.money import LARGEST_PRICE

LONGEST_NAME: Final = 30
MOST_UNITS: Final = 100_000_000

_TABLES = SQLModel.metadata.tables
_TEMPLATE = _TABLES[FreightTemplate.__tablename__]
_RATE = _TABLES[FreightRate.__tablename__]
_FREE = _TABLES[FreightFreeRule.__tablename__]
_POLICY = _TABLES[FreightPolicy.__tablename__]
_PRODUCT = _TABLES[Product.__tablename__]


def load_terms(session: Session, template_ids: Iterable[int | None]) -> Terms:
    """The shop's freight rules with these templates; an id that is none goes by the default."""
    policy = core(session).execute(select(_POLICY)).mappings().first()
    if policy is None:
        return Terms(_templates(session, template_ids))
    default_id = policy["default_template_id"]
    templates = _templates(session, [*template_ids, default_id])
    return Terms(
        templates=templates,
        default=templates.get(default_id),
        free_over=policy["free_over"],
        never_free=_regions(policy["never_free"]),
    )


def find_template(session: Session, name: str) -> FreightTemplate | None:
    """The template of that name."""
    return session.exec(rows(FreightTemplate).where(FreightTemplate.name == name)).first()


def save_template(session: Session, template: Template, now: datetime) -> FreightTemplate:
    """Write a template with all its rates and rules, over the one of its name. Raises InvalidInput.

    Orders that are placed keep the freight they were placed with.
    """
    check_template(template)
    values = {
        "charged_by": template.charged_by.value,
        "no_delivery": _written(template.no_delivery),
        "updated_at": now,
        **_columns(template.tariff),
    }
    row = find_template(session, template.name) or FreightTemplate(name=template.name, **values)
    row.sqlmodel_update(values)
    session.add(row)
    session.flush()
    connection, template_id = core(session), id_of(row)
    for table in (_RATE, _FREE):
        connection.execute(delete(table).where(table.c.template_id == template_id))
    for rate in template.rates:
        values = {"regions": _written(rate.regions), **_columns(rate.tariff)}
        connection.execute(insert(_RATE).values(template_id=template_id, **values))
    for rule in template.free_rules:
        values = {"regions": _written(rule.regions), "amount": rule.amount, "pieces": rule.pieces}
        connection.execute(insert(_FREE).values(template_id=template_id, **values))
    return row


def remove_template(session: Session, template_id: int) -> None:
    """Take a template away. Raises IllegalMove while it is the default, or goods go by it."""
    connection = core(session)
    naming = select(_PRODUCT.c.id).where(_PRODUCT.c.freight_template_id == template_id).limit(1)
    default = select(_POLICY.c.id).where(_POLICY.c.default_template_id == template_id)
    if connection.execute(default).first() is not None:
        raise IllegalMove("这是默认的运费模板，请先把默认的换成别的")
    if connection.execute(naming).first() is not None:
        raise IllegalMove("还有商品在用这个运费模板，请先给它们换一个")
    for table, key in ((_RATE, "template_id"), (_FREE, "template_id"), (_TEMPLATE, "id")):
        connection.execute(delete(table).where(table.c[key] == template_id))


def set_policy(
    session: Session,
    *,
    default_template_id: int | None,
    free_over: int | None,
    never_free: Sequence[Region] = (),
) -> FreightPolicy:
    """Say what holds for the whole shop. Raises InvalidInput naming the field."""
    if free_over is not None and not 0 < free_over <= LARGEST_PRICE:
        raise InvalidInput("包邮金额要大于0元，不包邮就留空", field="free_over")
    if (
        default_template_id is not None
        and session.get(FreightTemplate, default_template_id) is None
    ):
        raise InvalidInput("没有这个运费模板", field="default_template_id")
    policy = session.get(FreightPolicy, 1) or FreightPolicy()
    policy.default_template_id, policy.free_over = default_template_id, free_over
    policy.never_free = _written(never_free)
    session.add(policy)
    session.flush()
    return policy


def regions_named(names: Iterable[str], field: str) -> tuple[Region, ...]:
    """The regions of an operator's list. Raises InvalidInput for a name that is no region."""
    found = []
    for name in names:
        region = read_region(name)
        if region is None:
            raise InvalidInput(
                f"“{name}”不是省、市、区县的名字，请写成“浙江省 舟山市”", field=field
            )
        found.append(region)
    return tuple(found)


def check_template(template: Template) -> None:
    """Raise InvalidInput naming the field at fault."""
    if not 0 < len(template.name.strip()) <= LONGEST_NAME:
        raise InvalidInput(f"运费模板的名字要1到{LONGEST_NAME}个字", field="name")
    _check_tariff(template.tariff, "")
    seen: set[Region] = set()
    for position, rate in enumerate(template.rates):
        _check_tariff(rate.tariff, f"rates[{position}].")
        if not rate.regions:
            raise InvalidInput("请选择这一档运费用于哪些地区", field=f"rates[{position}].regions")
        doubled = seen.intersection(rate.regions)
        if doubled:
            raise InvalidInput(
                f"{doubled.pop()}写了两档运费，请留一档", field=f"rates[{position}].regions"
            )
        seen.update(rate.regions)
    for position, rule in enumerate(template.free_rules):
        bounds = [bound for bound in (rule.amount, rule.pieces) if bound is not None]
        if not bounds or not all(0 < bound <= MOST_UNITS for bound in bounds):
            raise InvalidInput(
                "包邮条件要写大于0的金额或件数，至少写一样", field=f"free_rules[{position}]"
            )


def _check_tariff(tariff: Tariff, field: str) -> None:
    for name, units in (("first_units", tariff.first_units), ("extra_units", tariff.extra_units)):
        if not 0 < units <= MOST_UNITS:
            raise InvalidInput("首件、续件的数量（克、立方厘米）要大于0", field=f"{field}{name}")
    for name, price in (("first_price", tariff.first_price), ("extra_price", tariff.extra_price)):
        if not 0 <= price <= LARGEST_PRICE:
            raise InvalidInput("运费不能小于0元", field=f"{field}{name}")


def _templates(session: Session, ids: Iterable[int | None]) -> dict[int, Template]:
    wanted = {each for each in ids if each is not None}
    if not wanted:
        return {}
    rates, rules = (_of_templates(session, table, wanted) for table in (_RATE, _FREE))
    found = select(_TEMPLATE).where(_TEMPLATE.c.id.in_(bindparam("ids", expanding=True)))
    return {
        row["id"]: Template(
            name=row["name"],
            charged_by=ChargedBy(row["charged_by"]),
            tariff=_tariff(row),
            rates=tuple(
                RegionRate(_regions(each["regions"]), _tariff(each))
                for each in rates.get(row["id"], ())
            ),
            free_rules=tuple(
                FreeRule(each["amount"], each["pieces"], _regions(each["regions"]))
                for each in rules.get(row["id"], ())
            ),
            no_delivery=_regions(row["no_delivery"]),
        )
        for row in core(session).execute(found, {"ids": list(wanted)}).mappings()
    }


def _of_templates(
    session: Session, table: Table, ids: Iterable[int]
) -> Mapping[int, list[RowMapping]]:
    """Rows of a table of templates' parts by template, in the order in which they were written."""
    found = select(table).where(table.c.template_id.in_(bindparam("ids", expanding=True)))
    grouped: dict[int, list[RowMapping]] = {}
    for row in core(session).execute(found.order_by(table.c.id), {"ids": list(ids)}).mappings():
        grouped.setdefault(row["template_id"], []).append(row)
    return grouped


def _regions(names: Iterable[str]) -> tuple[Region, ...]:
    return tuple(region for name in names if (region := read_region(name)) is not None)


def _written(regions: Iterable[Region]) -> list[str]:
    return list(dict.fromkeys(map(str, regions)))


def _tariff(row: RowMapping) -> Tariff:
    return Tariff(row["first_units"], row["first_price"], row["extra_units"], row["extra_price"])


def _columns(tariff: Tariff) -> dict[str, Any]:
    return {
        "first_units": tariff.first_units,
        "first_price": tariff.first_price,
        "extra_units": tariff.extra_units,
        "extra_price": tariff.extra_price,
    }
