"""One order with all that the shop's people need beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlmodel import Session, col, select

from bot.console.pages.order_list import TONES
from commerce.aftersale.states import STATE_NAMES as REQUEST_STATES
from commerce.aftersale.tables import AfterSale, OrderUrge, RequestState
from commerce.customers.addresses import AddressInput, mask_phone
from commerce.distribution.tables import Commission
from commerce.errors import NotFound
from commerce.inserting import id_of
from commerce.invoices.tables import Invoice
from commerce.ordering.orders import list_lines, read_address, read_remark
from commerce.ordering.states import STATE_NAMES, state_name
from commerce.ordering.tables import Order, OrderLine, OrderMove, OrderState
from commerce.parcels.carriers import CARRIERS
from commerce.parcels.pieces import waiting_pieces
from commerce.parcels.tables import Parcel, ParcelState
from commerce.parcels.viewing import ParcelView, view_parcels
from commerce.payments.tables import Payment, PaymentState, Refund
from commerce.pickup.tables import PickupCode, Store
from commerce.sealing import Sealer
from commerce.sources.tables import SourceCode

PARCEL_STATES: Final[Mapping[str, str]] = {
    ParcelState.ANNOUNCED: "等快递收件",
    ParcelState.COLLECTED: "已收件",
    ParcelState.MOVING: "运输中",
    ParcelState.DELIVERING: "派送中",
    ParcelState.WAITING: "待取件",
    ParcelState.DELIVERED: "已签收",
    ParcelState.TROUBLED: "有问题",
    ParcelState.RETURNING: "退回中",
    ParcelState.RETURNED: "已退回",
}
PAYMENT_STATES: Final[Mapping[str, str]] = {
    PaymentState.OPEN: "等付款",
    PaymentState.CLOSING: "正在关闭",
    PaymentState.PAID: "已付",
    PaymentState.CLOSED: "已关闭",
}
MAY_SHIP: Final = (OrderState.PAID, OrderState.PACKED, OrderState.SHIPPED)
DEALS: Final[Mapping[str, str]] = {
    "group_buy": "拼团",
    "flash_sale": "秒杀",
    "bargain": "砍价",
}


@dataclass(frozen=True, slots=True)
class Move:
    """A line of the order's history, as its readers call the states."""

    name: str
    actor: str
    reason: str
    move: OrderMove


@dataclass(frozen=True, slots=True)
class OrderSeen:
    """An order as its page shows it. `address` has its phone masked unless it was asked for."""

    order: Order
    state: str
    tone: str
    address: AddressInput
    is_unsealed: bool
    remark: str
    lines: Sequence[OrderLine]
    waiting: Mapping[int, int]
    """Pieces of each line, by its id, that are wanted and not on their way."""
    payments: Sequence[Payment]
    refunds: Sequence[Refund]
    parcels: Sequence[ParcelView]
    history: Sequence[Move]
    requests: Sequence[tuple[AfterSale, str]]
    invoices: Sequence[Invoice]
    commissions: Sequence[Commission]
    source: str
    store: Store | None
    code: PickupCode | None
    urges: int

    @property
    def deal(self) -> str:
        """What kind of deal it was bought under; nothing for none."""
        return DEALS.get(self.order.deal, self.order.deal)

    @property
    def may_ship(self) -> bool:
        """Whether a parcel may be entered; further ones of an order on its way hold no goods."""
        is_sent = self.store is None and not self.order.awaits_group
        return is_sent and self.order.state in MAY_SHIP

    @property
    def may_cancel(self) -> bool:
        """Whether the shop may still cancel it, since nobody has paid."""
        return self.order.state == OrderState.UNPAID


def view(session: Session, sealer: Sealer, order_no: str, *, is_unsealed: bool) -> OrderSeen:
    """The order of that number; with its phone in full if `is_unsealed`. Raises NotFound."""
    order = get_order(session, order_no)
    order_id = id_of(order)
    lines = list_lines(session, order)
    payments = session.exec(
        select(Payment).where(Payment.order_id == order_id).order_by(col(Payment.id))
    ).all()
    return OrderSeen(
        order=order,
        state=state_name(order),
        tone=TONES[order.state],
        address=_address(sealer, order, is_unsealed=is_unsealed),
        is_unsealed=is_unsealed,
        remark=read_remark(sealer, order),
        lines=lines,
        waiting=waiting_pieces(session, lines),
        payments=payments,
        refunds=_refunds(session, payments),
        parcels=view_parcels(session, sealer, [order_id]).get(order_id, ()),
        history=_history(session, order_id),
        requests=_requests(session, order_id),
        invoices=session.exec(select(Invoice).where(Invoice.order_id == order_id)).all(),
        commissions=session.exec(
            select(Commission)
            .where(Commission.order_id == order_id)
            .order_by(col(Commission.level))
        ).all(),
        source=_source(session, order),
        store=None if order.pickup_store_id is None else session.get(Store, order.pickup_store_id),
        code=session.get(PickupCode, order_id),
        urges=len(session.exec(select(OrderUrge.id).where(OrderUrge.order_id == order_id)).all()),
    )


def get_order(session: Session, order_no: str) -> Order:
    """The order of that number, whoever's it is. Raises NotFound."""
    order = session.exec(select(Order).where(Order.order_no == order_no)).first()
    if order is None:
        raise NotFound("没有这笔订单", order_no=order_no)
    return order


def get_parcel(session: Session, order_no: str, parcel_id: int) -> Parcel:
    """A parcel of that very order. Raises NotFound."""
    order = get_order(session, order_no)
    parcel = session.get(Parcel, parcel_id)
    if parcel is None or parcel.order_id != order.id:
        raise NotFound("没有这个包裹", parcel_id=parcel_id)
    return parcel


def carrier_name(code: str) -> str:
    """A carrier as people call it; a code that is none of ours as it is."""
    known = CARRIERS.get(code)
    return code if known is None else known.name


def actor_name(actor: str) -> str:
    """Who made a move, as the shop's people read it."""
    known = {"clock": "到时间自动", "wechat_pay": "微信支付", "merge": "合并顾客"}
    kind, _, number = actor.partition(":")
    named = {"customer": "顾客", "agent": "店员"}
    return known.get(actor) or f"{named.get(kind, kind)}{number}"


def _address(sealer: Sealer, order: Order, *, is_unsealed: bool) -> AddressInput:
    full = read_address(sealer, order)
    if is_unsealed:
        return full
    detail = "（已隐藏）" if full.detail else ""
    return AddressInput(full.recipient[:1] + "**", mask_phone(full.phone), full.region, detail)


def _refunds(session: Session, payments: Sequence[Payment]) -> Sequence[Refund]:
    wanted = col(Refund.payment_id).in_([payment.id for payment in payments])
    return session.exec(select(Refund).where(wanted).order_by(col(Refund.id))).all()


def _history(session: Session, order_id: int) -> list[Move]:
    statement = select(OrderMove).where(OrderMove.order_id == order_id)
    return [
        Move(STATE_NAMES[OrderState(row.to_state)], actor_name(row.actor), row.reason, row)
        for row in session.exec(statement.order_by(col(OrderMove.id)))
    ]


def _requests(session: Session, order_id: int) -> list[tuple[AfterSale, str]]:
    statement = select(AfterSale).where(AfterSale.order_id == order_id)
    return [
        (row, REQUEST_STATES[RequestState(row.state)])
        for row in session.exec(statement.order_by(col(AfterSale.id)))
    ]


def _source(session: Session, order: Order) -> str:
    """By what its buyer had come: the code's name, else what the card's path said."""
    statement = select(SourceCode.name).where(SourceCode.code == order.came_by)
    named = session.exec(statement).first() if order.came_by else None
    return named or order.came_by or order.source
