"""The rows that a dialogue asserts, in the words of its file."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlmodel import Session, col, select

from commerce.aftersale.tables import AfterSale, RequestKind, RequestState
from commerce.catalogue.tables import Product, Variant
from commerce.customers.tables import Customer
from commerce.events import ShopEvent
from commerce.inserting import id_of
from commerce.money import yuan
from commerce.ordering import cart, orders
from commerce.ordering.states import STATE_NAMES
from commerce.ordering.tables import Order, OrderState
from commerce.privacy.tables import PrivacyKind, PrivacyRequest, PrivacyState
from commerce.sealing import Sealer
from tests.dialogues.grammar import parts

_GOODS: Final = re.compile(
    r"(?P<title>[^（）×]+?)\s*(?:（(?P<label>[^（）]+)）)?\s*×(?P<pieces>\d+)"
)
KIND_NAMES: Final = {
    RequestKind.REFUND_ONLY: "仅退款",
    RequestKind.RETURN_REFUND: "退货退款",
    RequestKind.EXCHANGE: "换货",
    RequestKind.CLAIM: "补偿",
}
REQUEST_STATES: Final = {
    RequestState.REQUESTED: "已登记",
    RequestState.AGREED: "已同意",
    RequestState.RETURNING: "寄回中",
    RequestState.ARRIVED: "已到店",
    RequestState.REFUNDING: "退款中",
    RequestState.RESENT: "已换寄",
    RequestState.REFUSED: "已拒绝",
    RequestState.WITHDRAWN: "已撤销",
    RequestState.DONE: "已办完",
}
PRIVACY_NAMES: Final = {
    PrivacyKind.EXPORT: "导出",
    PrivacyKind.ERASE: "删除",
    PrivacyKind.CLOSE_ACCOUNT: "注销",
}
PRIVACY_STATES: Final = {
    PrivacyState.RECEIVED: "已登记",
    PrivacyState.DONE: "已办完",
    PrivacyState.WITHDRAWN: "已撤销",
}


class Unreadable(ValueError):
    """A line of a dialogue names something that is not there, or in no known form."""


@dataclass(frozen=True, slots=True)
class Goods:
    """`丝绒哑光口红（豆沙色）×2`: words of a title, words of a kind, pieces."""

    title: str
    label: str
    pieces: int

    def fits(self, title: str, label: str, pieces: int) -> bool:
        """Whether a row is what is written."""
        return self.names(title, label) and self.pieces == pieces

    def names(self, title: str, label: str) -> bool:
        """Whether its words are in a title, and in the name of a kind."""
        values = label.split()
        return self.title in title and all(_is_among(word, values) for word in self.label.split())


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a cart, an order, or a request: title, kind, pieces."""

    title: str
    label: str
    pieces: int

    def __str__(self) -> str:
        label = f"（{self.label}）" if self.label else ""
        return f"{self.title}{label}×{self.pieces}"


@dataclass(frozen=True, slots=True)
class Rows:
    """All rows of a customer at one moment, in words. Two moments are compared by equality."""

    cart: tuple[Line, ...]
    orders: tuple[tuple[str, str, str], ...]
    """Number, state and amount of each, in the order they were placed."""
    requests: tuple[tuple[str, str, str], ...]
    """Number, kind and state of each request after buying."""
    privacy: tuple[tuple[str, str, str], ...]
    """Number, kind and state of each request about their own data."""
    is_unsubscribed: bool
    people_wanted: int
    """How often the shop's people were called, by this customer or for them."""
    address: str
    """Where the latest order goes, in full."""

    def of(self, what: str) -> tuple[tuple[str, str, str], ...]:
        """The rows that a check names: 订单, 售后 or 个人信息."""
        return {"订单": self.orders, "售后": self.requests, "个人信息": self.privacy}[what]


def rows_of(session: Session, sealer: Sealer, customer_id: int) -> Rows:
    """The customer's rows as they are now."""
    placed = sorted(orders.list_orders(session, customer_id, limit=99), key=id_of)
    asked = session.exec(
        select(AfterSale).where(AfterSale.customer_id == customer_id).order_by(col(AfterSale.id))
    )
    private = session.exec(
        select(PrivacyRequest)
        .where(PrivacyRequest.customer_id == customer_id)
        .order_by(col(PrivacyRequest.id))
    )
    calls = select(ShopEvent.id).where(ShopEvent.kind == "person_wanted")
    return Rows(
        cart=tuple(
            Line(line.title, line.label, line.quantity)
            for line in cart.view(session, customer_id).lines
        ),
        orders=tuple(
            (each.order_no, STATE_NAMES[OrderState(each.state)], yuan(each.payable))
            for each in placed
        ),
        requests=tuple(map(_request, asked)),
        privacy=tuple(map(_privacy_request, private)),
        is_unsubscribed=session.get_one(Customer, customer_id).unsubscribed_at is not None,
        people_wanted=len(session.exec(calls).all()),
        address=_address(session, sealer, placed),
    )


def goods(written: str) -> Goods:
    """What `口红（豆沙色）×2` says. Raises Unreadable."""
    match = _GOODS.fullmatch(written)
    if match is None:
        raise Unreadable(f"“{written}”应该写成“名称（规格）×件数”")
    return Goods(match["title"].strip(), match["label"] or "", int(match["pieces"]))


def is_this_cart(wanted: str, lines: Sequence[Line]) -> bool:
    """Whether a cart is what is written, line by line. Raises Unreadable."""
    written = [] if wanted == "空" else [goods(part) for part in parts(wanted)]
    return len(written) == len(lines) and all(
        each.fits(line.title, line.label, line.pieces)
        for each, line in zip(written, lines, strict=True)
    )


def are_these(wanted: str, rows: Sequence[tuple[str, str, str]]) -> bool:
    """Whether orders or requests are what is written: each part's words are in its row's."""
    written = [] if wanted == "无" else parts(wanted)
    return len(written) == len(rows) and all(
        set(part.split()) <= set(row) for part, row in zip(written, rows, strict=True)
    )


def in_words(rows: Sequence[object]) -> str:
    """Rows for a report."""
    words = [" ".join(each) if isinstance(each, tuple) else str(each) for each in rows]
    return "；".join(words) or "无"


def find_variant(session: Session, wanted: Goods) -> Variant:
    """The one variant on sale of these words. Raises Unreadable when there is none, or several."""
    found = [
        variant
        for variant, title in session.exec(
            select(Variant, Product.title).join(Product, col(Product.id) == Variant.product_id)
        )
        if wanted.names(title, _label(variant))
    ]
    if wanted.label == "" and len({variant.product_id for variant in found}) == 1:
        found = found[:1]
    if len(found) != 1:
        raise Unreadable(f"“{wanted.title}（{wanted.label}）”有{len(found)}种，要正好一种")
    return found[0]


def _request(row: AfterSale) -> tuple[str, str, str]:
    kind, state = KIND_NAMES[RequestKind(row.kind)], REQUEST_STATES[RequestState(row.state)]
    return row.request_no, kind, state


def _privacy_request(row: PrivacyRequest) -> tuple[str, str, str]:
    kind, state = PRIVACY_NAMES[PrivacyKind(row.kind)], PRIVACY_STATES[PrivacyState(row.state)]
    return row.request_no, kind, state


def _label(variant: Variant) -> str:
    return " ".join(str(value) for value in variant.attributes.values())


def _is_among(word: str, values: Sequence[str]) -> bool:
    """Whether a value bears the word; a code such as L is no part of XL."""
    return word in values if word.isascii() else any(word in value for value in values)


def _address(session: Session, sealer: Sealer, placed: Sequence[Order]) -> str:
    if not placed:
        return ""
    written = orders.read_address(sealer, placed[-1])
    return f"{written.recipient} {written.phone} {written.region} {written.detail}"
