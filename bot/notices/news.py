"""News of orders and of what is waited for, in the few words that a template has room for."""

from collections.abc import Mapping
from typing import Final

from bot.notices.kinds import Notice
from commerce.aftersale.tables import AfterSale
from commerce.catalogue.views import ProductView
from commerce.money import yuan
from commerce.ordering.tables import Order
from commerce.parcels.carriers import CARRIERS
from commerce.parcels.tables import Parcel
from miniprogram_cards.paths import ORDER_PAGE, PRODUCT_PAGE, CardPath, build

SOURCE: Final = "notice"
"""Where a visitor comes from who opened one."""
REFUNDED: Final = "已退回原支付方式"
GROUP_DONE: Final = "拼团成功"
GROUP_MISSED: Final = "人数不够，未成团"
MONEY_BACK: Final = "付的钱会原路退回"
GOODS_FOLLOW: Final = "我们会尽快安排"
AFTER_SALE: Final = "点开看详情"
PRICE_NOTE: Final = "您让我们留意的降价了"
STOCK_NOTE: Final = "您等的商品到货了"
AFTER_SALE_STATES: Final[Mapping[str, str]] = {
    "after_sale_agreed": "已同意",
    "after_sale_refused": "没有通过",
    "after_sale_arrived": "退货已收到",
    "after_sale_refunding": "退款处理中",
    "after_sale_resent": "已补发",
    "after_sale_done": "已完成",
    "after_sale_picture_lost": "需要补充照片",
}
"""By event, as a template has room for it."""


def order_shipped(order: Order, parcel: Parcel, goods: str) -> Notice:
    """A parcel of an order is on its way."""
    carrier = CARRIERS.get(parcel.carrier)
    values = {
        "order_no": order.order_no,
        "goods": goods,
        "carrier": parcel.carrier if carrier is None else carrier.name,
        "tracking_no": parcel.tracking_no,
    }
    return Notice("order_shipped", values, _page(order), order.order_no)


def refund_paid(order: Order, amount: int) -> Notice:
    """So many fen of an order are back."""
    values = {"order_no": order.order_no, "amount": yuan(amount), "state": REFUNDED}
    return Notice("refund_paid", values, _page(order), order.order_no)


def group_ended(order: Order, title: str, *, has_succeeded: bool) -> Notice:
    """The group that an order was bought in has ended."""
    state, note = (GROUP_DONE, GOODS_FOLLOW) if has_succeeded else (GROUP_MISSED, MONEY_BACK)
    return Notice(
        "group_ended", {"goods": title, "state": state, "note": note}, _page(order), order.order_no
    )


def after_sale_moved(request: AfterSale, order: Order, kind: str) -> Notice:
    """A request after buying has come further, as an event of this kind says."""
    state = AFTER_SALE_STATES[kind]
    values = {"request_no": request.request_no, "state": state, "note": AFTER_SALE}
    return Notice("after_sale_moved", values, _page(order), order.order_no)


def price_dropped(product: ProductView, price: int, was: int) -> Notice:
    """A product costs less than when the customer asked to be told."""
    values = {"goods": product.title, "price": yuan(price), "was": yuan(was), "note": PRICE_NOTE}
    return Notice("price_dropped", values, _product_page(product))


def back_in_stock(product: ProductView, price: int) -> Notice:
    """A product that was sold out can be ordered again."""
    values = {"goods": product.title, "price": yuan(price), "note": STOCK_NOTE}
    return Notice("back_in_stock", values, _product_page(product))


def _product_page(product: ProductView) -> str:
    return build(CardPath(PRODUCT_PAGE, str(product.id), SOURCE))


def _page(order: Order) -> str:
    return build(CardPath(ORDER_PAGE, order.order_no, SOURCE))
