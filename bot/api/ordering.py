"""Orders, for the mini-program. Every order number is looked up as the caller's."""

from collections.abc import Sequence

from sqlmodel import Session

from bot.api import answers
from bot.api.endpoint import Call, NoBody
from bot.api.pickup_shown import show_pickups
from bot.api.placing import place_once
from bot.api.requests import NewOrder, OrderKey, OrderPageChoice, OrderPath
from bot.api.shopfront import Shopfront
from commerce.deals.choices import DealKind
from commerce.group_buys.queries import find_of_order
from commerce.inserting import id_of
from commerce.ordering.orders import OrderView, get_order, page_of_orders, view_orders
from commerce.ordering.receipt import may_receive, receive_own
from commerce.ordering.tables import Order, OrderLine, OrderState
from commerce.parcels.carriers import CARRIERS
from commerce.parcels.tables import ParcelState
from commerce.parcels.viewing import MOST_SCANS, ParcelView, view_parcels
from commerce.payments.closing import cancel_unpaid


async def order_choice(shop: Shopfront, call: Call[OrderKey, NewOrder]) -> answers.Order:
    """Place an order, once for each key."""

    def place(session: Session) -> answers.Order:
        return show_one(session, shop, place_once(session, shop, call))

    return await shop.database.write(place)


async def list_own_orders(shop: Shopfront, call: Call[OrderPageChoice, NoBody]) -> answers.Orders:
    """The caller's orders, newest first."""

    def show_page(session: Session) -> answers.Orders:
        customer_id = call.caller.present_id(session)
        page = page_of_orders(session, customer_id, call.parameters.page)
        items = show_orders(session, shop, page.orders)
        return answers.Orders(items=items, next_page=page.next_page)

    return await shop.database.read(show_page)


async def get_own_order(shop: Shopfront, call: Call[OrderPath, NoBody]) -> answers.Order:
    """One of the caller's orders."""

    def show(session: Session) -> answers.Order:
        customer_id = call.caller.present_id(session)
        order = get_order(session, customer_id, call.parameters.order_no)
        return show_one(session, shop, order)

    return await shop.database.read(show)


async def cancel_order(shop: Shopfront, call: Call[OrderPath, NoBody]) -> answers.Order:
    """Cancel an unpaid order. One that WeChat Pay must close first stays unpaid until it has."""

    def cancel(session: Session) -> answers.Order:
        customer_id = call.caller.present_id(session)
        order = get_order(session, customer_id, call.parameters.order_no)
        cancel_unpaid(
            session,
            id_of(order),
            actor=f"customer:{customer_id}",
            reason="顾客取消",
            now=call.now,
        )
        session.refresh(order)
        return show_one(session, shop, order)

    return await shop.database.write(cancel)


async def receive_order(shop: Shopfront, call: Call[OrderPath, NoBody]) -> answers.Order:
    """The caller says that an order has come; said again, it changes nothing."""

    def receive(session: Session) -> answers.Order:
        customer_id = call.caller.present_id(session)
        order = receive_own(session, customer_id, call.parameters.order_no, call.now)
        return show_one(session, shop, order)

    return await shop.database.write(receive)


def show_one(session: Session, shop: Shopfront, order: Order) -> answers.Order:
    """An order as its buyer sees it, with what the carriers of its parcels said."""
    (shown,) = show_orders(session, shop, [order], scans=MOST_SCANS)
    return shown


def show_orders(
    session: Session, shop: Shopfront, orders: Sequence[Order], *, scans: int = 0
) -> list[answers.Order]:
    """Orders as their buyers see them, with so many scans of each parcel."""
    views = view_orders(session, shop.sealer, orders)
    ids = [id_of(order) for order in orders]
    parcels = view_parcels(session, shop.sealer, ids, scans=scans)
    pickups = show_pickups(session, shop.sealer, orders)
    return [
        show_order(
            view,
            parcels.get(id_of(view.order), ()),
            can_receive=may_receive(session, view.order),
            pickup=pickups.get(id_of(view.order)),
            group_no=_group_of(session, view.order),
        )
        for view in views
    ]


def show_order(
    view: OrderView,
    parcels: Sequence[ParcelView],
    *,
    can_receive: bool,
    pickup: answers.Pickup | None = None,
    group_no: str = "",
) -> answers.Order:
    """An order as its buyer sees it."""
    order = view.order
    return answers.Order(
        order_no=order.order_no,
        state=OrderState(order.state),
        payable=order.payable,
        goods_total=order.goods_total,
        freight=order.freight,
        discount=order.discount,
        steps=[answers.QuoteStep.model_validate(step) for step in order.steps],
        points_spent=order.points_spent,
        points_given=order.points_given,
        lines=[show_line(line) for line in view.lines],
        address=answers.ShownAddress.model_validate(view.address),
        remark=view.remark,
        created_at=order.created_at,
        expires_at=order.expires_at,
        paid_at=order.paid_at,
        parcels=[show_parcel(parcel) for parcel in parcels],
        pickup=pickup,
        can_receive=can_receive,
        deal=DealKind(order.deal) if order.deal else None,
        awaits_group=order.awaits_group,
        group_no=group_no,
        rebate=sum(line.rebate for line in view.lines),
        history=[answers.HistoryStep.model_validate(step) for step in view.history],
    )


def _group_of(session: Session, order: Order) -> str:
    if order.deal != DealKind.GROUP_BUY:
        return ""
    group = find_of_order(session, id_of(order))
    return "" if group is None else group.group_no


def show_line(line: OrderLine) -> answers.OrderedLine:
    """A line as it was bought."""
    return answers.OrderedLine(
        id=id_of(line),
        title=line.title,
        label=line.label,
        price=line.price,
        quantity=line.quantity,
        total=line.total,
    )


def show_parcel(view: ParcelView) -> answers.Parcel:
    """A parcel with what it holds and what its carrier said."""
    parcel = view.parcel
    return answers.Parcel(
        carrier=CARRIERS[parcel.carrier].name,
        tracking_no=parcel.tracking_no,
        state=ParcelState(parcel.state),
        shipped_at=parcel.shipped_at,
        pieces=[
            answers.ParcelPieces(
                line_id=id_of(line), title=line.title, label=line.label, quantity=pieces
            )
            for line, pieces in view.pieces
        ],
        timeline=[answers.ParcelScan.model_validate(scan) for scan in view.scans],
    )
