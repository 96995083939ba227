"""What a promotion is for, and from when until when, as its form has it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from bot.console.pages.written import find_id, find_moment
from commerce.catalogue.tables import Category, Variant
from commerce.errors import InvalidInput
from commerce.promotions.validity import is_within


def read_categories(session: Session, chosen: Sequence[str]) -> tuple[int, ...]:
    """The categories that were ticked; those that are no more are left out."""
    ids = [category for each in chosen if (category := find_id(each)) is not None]
    return tuple(session.exec(select(Category.id).where(col(Category.id).in_(ids))))  # type: ignore[arg-type]


def read_products(session: Session, written: str) -> tuple[int, ...]:
    """The products of a list of numbers of goods (sku). Raises InvalidInput for an unknown one."""
    found: dict[int, None] = {}
    for sku in written.replace(",", " ").replace("，", " ").split():
        product_id = session.exec(select(Variant.product_id).where(Variant.sku == sku)).first()
        if product_id is None:
            raise InvalidInput(f"没有货号是“{sku}”的商品", field="products")
        found[product_id] = None
    return tuple(found)


def write_products(session: Session, product_ids: Sequence[int]) -> str:
    """The same products by the first sku of each, one a line."""
    firsts: dict[int, str] = {}
    variants = select(Variant).where(col(Variant.product_id).in_(product_ids))
    for variant in session.exec(variants.order_by(col(Variant.id))):
        firsts.setdefault(variant.product_id, variant.sku)
    return "\n".join(firsts.values())


def window(form: Mapping[str, str], begins: str, ends: str) -> tuple[datetime | None, ...]:
    """The two moments of these fields; None for an empty one. Raises InvalidInput."""
    return (
        find_moment(form.get(begins, ""), "开始时间", begins),
        find_moment(form.get(ends, ""), "结束时间", ends),
    )


def state_of(
    is_active: bool, begins: datetime | None, ends: datetime | None, now: datetime
) -> tuple[str, str]:
    """What a promotion is doing now, in words and as a badge's tone."""
    if not is_active:
        return "已停用", ""
    if begins is not None and now < begins:
        return "没开始", "info"
    return ("进行中", "good") if is_within(now, begins, ends) else ("已结束", "")
