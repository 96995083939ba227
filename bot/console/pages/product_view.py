"""One product with all that editing it needs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlmodel import Session, col, select

from bot.console.pages.order_view import actor_name
from bot.console.pages.product_list import ProductRow, rows_of
from commerce.catalogue.tables import Product, StockMovement, Variant
from commerce.compliance import TextKind, lint, told
from commerce.corrections import CorrectionKind, MoneyAudit
from commerce.errors import NotFound
from commerce.freight.tables import FreightTemplate
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
    )


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
