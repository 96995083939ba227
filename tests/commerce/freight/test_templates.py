"""Templates in the database: written by operators, read for quotes, seeded once."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import Session, col, func, select

from bot.seeds import FREIGHT_FILE, PRODUCTS_CSV
from commerce.catalogue.tables import Product, Variant
from commerce.customers.regions import Region
from commerce.errors import IllegalMove, InvalidInput
from commerce.freight.seeding import read_freight, seed_freight
from commerce.freight.tables import FreightFreeRule, FreightPolicy, FreightRate, FreightTemplate
from commerce.freight.tariffs import Tariff
from commerce.freight.templates import (
    find_template,
    load_terms,
    regions_named,
    remove_template,
    save_template,
    set_policy,
)
from commerce.freight.terms import FreeRule, RegionRate, Template
from commerce.inserting import id_of
from tests.commerce.freight.shop import BULKY, HEAVY, LIGHT, TERMS, TIBET, XINJIANG, light
from tests.commerce.shop import NOW, put_on_sale


def saved(session: Session, *templates: Template) -> list[int]:
    return [id_of(save_template(session, each, NOW)) for each in templates]


def as_default(session: Session, template_id: int) -> None:
    set_policy(
        session,
        default_template_id=template_id,
        free_over=9900,
        never_free=(XINJIANG, TIBET),
    )


@pytest.mark.database
def test_terms_are_read_as_they_were_written(session: Session) -> None:
    ids = saved(session, LIGHT, HEAVY, BULKY)
    as_default(session, ids[0])

    terms = load_terms(session, [None, *ids])

    assert terms == replace(TERMS, templates=dict(zip(ids, (LIGHT, HEAVY, BULKY), strict=True)))


@pytest.mark.database
def test_only_what_a_quote_needs_is_read(session: Session) -> None:
    first, second, third = saved(session, LIGHT, HEAVY, BULKY)
    as_default(session, first)

    assert set(load_terms(session, [third, None]).templates) == {first, third}
    assert set(load_terms(session, [second, 999]).templates) == {first, second}


def test_a_shop_without_policy_has_no_default(session: Session) -> None:
    saved(session, LIGHT)

    terms = load_terms(session, [None])

    assert (terms.default, terms.free_over) == (None, None)


@pytest.mark.database
def test_a_template_written_again_replaces_all_of_it(session: Session) -> None:
    (template_id,) = saved(session, LIGHT)
    plain = replace(LIGHT, rates=(), free_rules=(), no_delivery=(), tariff=Tariff(2, 500, 1, 0))

    assert saved(session, plain) == [template_id]

    assert load_terms(session, [template_id]).templates == {template_id: plain}
    for table in (FreightRate, FreightFreeRule):
        assert session.exec(select(func.count()).select_from(table)).one() == 0


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "长" * 31}, "name"),
        ({"tariff": Tariff(0, 1, 1, 1)}, "first_units"),
        ({"tariff": Tariff(1, 1, 0, 1)}, "extra_units"),
        ({"tariff": Tariff(1, -1, 1, 1)}, "first_price"),
        ({"rates": (RegionRate((), Tariff(1, 1, 1, 1)),)}, "rates[0].regions"),
        ({"rates": (RegionRate((TIBET,), Tariff(1, 1, 1, -1)),)}, "rates[0].extra_price"),
        ({"rates": (RegionRate((TIBET,), Tariff(1, 1, 1, 1)),) * 2}, "rates[1].regions"),
        ({"free_rules": (FreeRule(),)}, "free_rules[0]"),
        ({"free_rules": (FreeRule(pieces=2), FreeRule(amount=0))}, "free_rules[1]"),
    ],
)
def test_the_field_at_fault_is_named(
    session: Session, change: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        save_template(session, replace(LIGHT, **change), NOW)  # type: ignore[arg-type]

    assert refused.value.details["field"] == field
    assert find_template(session, LIGHT.name) is None


def test_a_name_that_is_no_region_is_refused() -> None:
    assert regions_named(["新疆", "浙江 舟山"], "x") == (XINJIANG, Region("浙江省", "舟山市"))
    with pytest.raises(InvalidInput, match="火星"):
        regions_named(["新疆", "火星"], "x")


@pytest.mark.database
def test_a_template_in_use_stays(session: Session) -> None:
    default, used, free = saved(session, LIGHT, HEAVY, BULKY)
    as_default(session, default)
    put_on_sale(session)
    product = session.exec(select(Product)).one()
    product.freight_template_id = used
    session.add(product)
    session.flush()

    for template_id in (default, used):
        with pytest.raises(IllegalMove):
            remove_template(session, template_id)
    remove_template(session, free)

    assert session.exec(select(FreightTemplate.id).order_by(col(FreightTemplate.id))).all() == [
        default,
        used,
    ]


@pytest.mark.parametrize("free_over", [0, -1])
def test_free_over_nothing_is_refused(session: Session, free_over: int) -> None:
    with pytest.raises(InvalidInput, match="包邮金额"):
        set_policy(session, default_template_id=None, free_over=free_over)
    with pytest.raises(InvalidInput, match="没有这个运费模板"):
        set_policy(session, default_template_id=7, free_over=None)


def test_the_demo_shop_is_seeded_once_and_what_an_operator_changed_stays(session: Session) -> None:
    milk = put_on_sale(session, "牛奶")
    variant = session.get_one(Variant, milk)
    variant.sku = "SP001-01"
    session.add(variant)
    file = read_freight(FREIGHT_FILE)

    assert seed_freight(session, file, NOW) == len(file.templates) == 3

    session.expire_all()
    variant = session.get_one(Variant, milk)
    product = session.get_one(Product, variant.product_id)
    heavy = find_template(session, "重货快递")
    assert heavy is not None
    assert (variant.weight, product.freight_template_id) == (6800, heavy.id)
    policy = session.exec(select(FreightPolicy)).one()
    policy.free_over, product.freight_template_id, heavy.first_price = 100, None, 1
    session.add_all((policy, product, heavy))
    session.flush()

    assert seed_freight(session, file, NOW) == 0
    session.expire_all()
    assert session.get_one(Product, variant.product_id).freight_template_id is None
    terms = load_terms(session, [heavy.id])
    assert terms.free_over == 100
    assert terms.templates[id_of(heavy)].tariff.first_price == 1


def test_the_demo_shops_goods_are_there() -> None:
    skus = {line.partition(",")[0] for line in PRODUCTS_CSV.read_text("utf-8").splitlines()}

    assert {each.sku for each in read_freight(FREIGHT_FILE).goods} <= skus


def test_the_demo_shop_charges_what_its_file_says(session: Session) -> None:
    seed_freight(session, read_freight(FREIGHT_FILE), NOW)
    terms = load_terms(session, [])

    charged = [
        terms.reckon((light(2, paid),), region, is_free=False).amount
        for paid, region in ((5899, "浙江省"), (5900, "浙江省"), (9900, "新疆"), (100, "甘肃省"))
    ]

    assert charged == [1000, 0, 2000, 1300]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('charged_by = "piece"', 'charged_by = "mile"', "mile"),
        ('default = "标准快递"', 'default = "没有的"', "没有叫“没有的”"),
        ('regions = ["新疆"]', 'regions = ["火星"]', "火星"),
        ('extra = [1, "2"]', "", "extra"),
        ('[goods."重货快递"]', '[goods."重快递"]', "重快递"),
    ],
)
def test_a_file_with_a_fault_says_which(tmp_path: Path, old: str, new: str, fault: str) -> None:
    written = FREIGHT_FILE.read_text("utf-8")
    assert old in written
    file = tmp_path / "freight.toml"
    file.write_text(written.replace(old, new), "utf-8")

    with pytest.raises(InvalidInput, match=fault):
        read_freight(file)
