"""Reading promotions from a file that people write (TOML).

`[[coupon]]`, `[[timed]]` and `[[reward]]` have the fields of their drafts, amounts in yuan as
text, categories by their names and goods by their skus. A coupon may be given by a rung that stands
below it, by its code. `for_days` instead of an end makes a discount that begins when it is first
read, and again when it is read after its end.
"""

import tomllib
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlmodel import Session, col, select

from commerce.catalogue.tables import Category, Variant
from commerce.errors import InvalidInput
from commerce.money import fen_from_yuan
from commerce.pricing.values import CouponKind, Rung
from commerce.promotions.drafts import CouponDraft, RewardDraft, TimedDraft
from commerce.promotions.entries import Draft
from commerce.promotions.tables import Audience, TimedDiscount
from commerce.promotions.taking import find_template

_AMOUNTS: Final = frozenset({"off", "cap", "threshold"})


def read_promotions(session: Session, path: Path, now: datetime) -> Iterator[Draft]:
    """The promotions of a file, coupons first. Each is read when it is asked for, so that what
    stands before it can be written by then. Raises InvalidInput naming the promotion.
    """
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    for kind, read in (("coupon", _coupon), ("timed", _timed), ("reward", _reward)):
        for written in content.get(kind, []):
            where = f"{path.name}“{written.get('name', '没有名字')}”"
            try:
                draft = read(session, written, now)
                draft.check()
            except InvalidInput as error:
                raise InvalidInput(f"{where}：{error}", **error.details) from None
            except (TypeError, KeyError) as error:
                raise InvalidInput(f"{where}：有一项写得不对（{error}）", field="file") from None
            yield draft


def _coupon(session: Session, written: Mapping[str, Any], _now: datetime) -> CouponDraft:
    values: dict[str, Any] = {
        name: fen_from_yuan(value) if name in _AMOUNTS else value
        for name, value in written.items()
        if name not in ("categories", "skus")
    }
    values["kind"] = CouponKind(values["kind"])
    values["audience"] = Audience(values.get("audience", Audience.EVERYONE))
    categories, products = _scope(session, written)
    return CouponDraft(categories=categories, products=products, **values)


def _timed(session: Session, written: Mapping[str, Any], now: datetime) -> TimedDraft:
    prices = {sku: fen_from_yuan(price) for sku, price in written["prices"].items()}
    by_sku = _variants(session, list(prices))
    known = session.exec(select(TimedDiscount).where(TimedDiscount.key == written["key"])).first()
    starts_at, ends_at = now, now + timedelta(days=written["for_days"])
    if known is not None and known.ends_at is not None and known.ends_at > now:
        starts_at, ends_at = known.starts_at or now, known.ends_at
    return TimedDraft(
        key=written["key"],
        name=written["name"],
        prices={by_sku[sku].id or 0: price for sku, price in prices.items()},
        starts_at=starts_at,
        ends_at=ends_at,
    )


def _reward(session: Session, written: Mapping[str, Any], _now: datetime) -> RewardDraft:
    categories, products = _scope(session, written)
    return RewardDraft(
        key=written["key"],
        name=written["name"],
        rungs=tuple(_rung(session, each) for each in written["rungs"]),
        priority=written.get("priority", 0),
        categories=categories,
        products=products,
    )


def _rung(session: Session, written: Mapping[str, Any]) -> Rung:
    reach = fen_from_yuan(written["yuan"]) if "yuan" in written else None
    gifts = []
    for code in written.get("coupons", []):
        template = find_template(session, code)
        if template is None or template.id is None:
            raise InvalidInput(f"没有编号为“{code}”的券", field="rungs")
        gifts.append(template.id)
    return Rung(
        fen=reach,
        pieces=written.get("pieces"),
        off=fen_from_yuan(written.get("off", "0")),
        frees_freight=written.get("frees_freight", False),
        points=written.get("points", 0),
        coupon_templates=tuple(gifts),
    )


def _scope(session: Session, written: Mapping[str, Any]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Ids of the categories and of the products that are named."""
    names = written.get("categories", [])
    found = session.exec(select(Category).where(col(Category.name).in_(names))).all()
    missing = set(names) - {each.name for each in found}
    if missing:
        raise InvalidInput(f"没有分类“{'、'.join(sorted(missing))}”", field="categories")
    goods = _variants(session, written.get("skus", []))
    products = {each.product_id for each in goods.values()}
    return tuple(sorted(each.id or 0 for each in found)), tuple(sorted(products))


def _variants(session: Session, skus: list[str]) -> dict[str, Variant]:
    found = session.exec(select(Variant).where(col(Variant.sku).in_(skus))).all()
    missing = set(skus) - {each.sku for each in found}
    if missing:
        raise InvalidInput(f"没有商品“{'、'.join(sorted(missing))}”", field="skus")
    return {each.sku: each for each in found}
