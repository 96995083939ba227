"""One product with all that editing it needs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlmodel import Session, col, func, select

from bot.console.pages.order_view import actor_name
from bot.console.pages.product_list import ProductRow, rows_of
from bot.console.pages.seen import hold, mark_of, refuse_changed
from commerce.catalogue.tables import Product, StockMovement, Variant
from commerce.compliance import TextKind, lint, told
from commerce.corrections import CorrectionKind, MoneyAudit
from commerce.errors import NotFound
from commerce.freight.tables import FreightTemplate
from commerce.inserting import id_of
from commerce.ordering.tables import Order

MOST_MOVEMENTS: Final = 50
REASONS: Final[Mapping[str, str]] = {
    "initial": "建档",
    "import": "表格导入",
    "reserved": "下单占用",
    "released": "取消释放",
    "returned": "退货入库",
    "resent": "换货寄出",
    "set_aside": "活动留货",
    "put_back": "活动放回",
    "correction": "盘点调整",
}


@dataclass(frozen=True, slots=True)
class Movement:
    """One change of a variant's stock, as its readers call it. `why` is what a person wrote."""

    movement: StockMovement
    name: str
    label: str
    order_no: str
    why: str
    actor: str


@dataclass(frozen=True, slots=True)
class ProductSeen:
    """A product as its page shows it."""

    row: ProductRow
    movements: Sequence[Movement]
    freights: Sequence[FreightTemplate]
    warnings: Sequence[str]
    """What its title should not say."""
    mark: str
    """Of the form of the product."""
    marks: Mapping[int, tuple[str, str]]
    """By variant: of its form, and of the form of its stock."""


def view(session: Session, product_id: int) -> ProductSeen:
    """The product of that id, on sale or not. Raises NotFound."""
    product = session.get(Product, product_id)
    if product is None:
        raise NotFound("没有这款商品", product_id=product_id)
    (row,) = rows_of(session, [product])
    return ProductSeen(
        row=row,
        movements=_movements(session, row.variants),
        freights=session.exec(select(FreightTemplate).order_by(FreightTemplate.name)).all(),
        warnings=warnings_of(product.title),
        mark=mark_of(*product_values(product)),
        marks={
            id_of(each): (mark_of(*variant_values(each)), mark_of(last_count(session, each.id)))
            for each in row.variants
        },
    )


def product_values(product: Product) -> tuple[object, ...]:
    """What the form of a product shows."""
    freight = product.freight_template_id
    return product.title, product.brand_id, product.category_id, product.on_sale, freight


def variant_values(variant: Variant) -> tuple[object, ...]:
    """What the form of a variant shows."""
    return variant.price, sorted(variant.attributes.items()), variant.on_sale


def last_count(session: Session, variant_id: int | None) -> int:
    """The last time that somebody counted a variant's pieces; 0 for never."""
    counted = select(func.max(StockMovement.id)).where(
        StockMovement.variant_id == variant_id, StockMovement.reason == "correction"
    )
    return session.exec(counted).one() or 0


def refuse_stale_product(session: Session, product_id: int, brought: str) -> None:
    """Raise ChangedMeanwhile when a product's form is out of date."""
    product = hold(session, select(Product).where(Product.id == product_id))
    if product is not None:
        refuse_changed(brought, *product_values(product))


def refuse_stale_variant(session: Session, variant_id: int, brought: str) -> None:
    """Raise ChangedMeanwhile when a variant's form is out of date."""
    variant = hold(session, select(Variant).where(Variant.id == variant_id))
    if variant is not None:
        refuse_changed(brought, *variant_values(variant))


def refuse_stale_count(session: Session, variant_id: int, brought: str) -> None:
    """Raise ChangedMeanwhile when somebody has counted since the form was shown."""
    hold(session, select(Variant).where(Variant.id == variant_id))
    refuse_changed(brought, last_count(session, variant_id))


def warnings_of(title: str) -> list[str]:
    """What a title should not say; it is a warning, since it may rightly quote."""
    return [told(each) for each in lint(title, TextKind.TITLE) if each.blocks]


def _movements(session: Session, variants: Sequence[Variant]) -> list[Movement]:
    labels = {each.id: each.label or each.sku for each in variants}
    statement = (
        select(StockMovement, Order.order_no)
        .outerjoin(Order, col(Order.id) == col(StockMovement.order_id))
        .where(col(StockMovement.variant_id).in_(labels))
        .order_by(col(StockMovement.id).desc())
        .limit(MOST_MOVEMENTS)
    )
    corrections = _corrections(session, [str(each) for each in labels])
    found = []
    for movement, order_no in session.exec(statement):
        noted = corrections.get((str(movement.variant_id), movement.change, movement.at))
        found.append(
            Movement(
                movement,
                REASONS.get(movement.reason, movement.reason),
                labels[movement.variant_id],
                order_no or "",
                "" if noted is None else noted.reason,
                "" if noted is None else actor_name(noted.actor),
            )
        )
    return found


def _corrections(
    session: Session, variant_ids: Sequence[str]
) -> dict[tuple[str, int | None, object], MoneyAudit]:
    of_them = select(MoneyAudit).where(
        MoneyAudit.kind == CorrectionKind.STOCK_CORRECTED, col(MoneyAudit.subject).in_(variant_ids)
    )
    return {(each.subject, each.amount, each.at): each for each in session.exec(of_them)}
