"""Quotes and orders, for the mini-program. Every order number is looked up as the caller's."""

from sqlmodel import Session

from bot.api import answers
from bot.api.choosing import choose
from bot.api.endpoint import Call, NoBody, NoParameters
from bot.api.placing import place_once
from bot.api.requests import Choice, NewOrder, OrderKey, OrderPageChoice, OrderPath
from bot.api.shopfront import Shopfront
from commerce.inserting import id_of
from commerce.ordering.lines import price_lines, sum_by_variant
from commerce.ordering.orders import OrderView, get_order, page_of_orders, view_order, view_orders
from commerce.ordering.quote import quote
from commerce.ordering.tables import OrderLine, OrderState
from commerce.payments.closing import cancel_unpaid


async def quote_choice(shop: Shopfront, call: Call[NoParameters, Choice]) -> answers.Quote:
    """What the choice would cost now. It holds nothing: prices and stock may still change."""

    def price(session: Session) -> answers.Quote:
        customer_id = call.caller.present_id(session)
        chosen = choose(session, shop.cart_tokens, customer_id, call.body, call.now)
        priced = quote(price_lines(session, sum_by_variant(chosen.lines)))
        return answers.Quote.model_validate(priced)

    return await shop.database.read(price)


async def order_choice(shop: Shopfront, call: Call[OrderKey, NewOrder]) -> answers.Order:
    """Place an order, once for each key."""

    def place(session: Session) -> answers.Order:
        return show_order(view_order(session, shop.sealer, place_once(session, shop, call)))

    return await shop.database.write(place)


async def list_own_orders(shop: Shopfront, call: Call[OrderPageChoice, NoBody]) -> answers.Orders:
    """The caller's orders, newest first."""

    def show_page(session: Session) -> answers.Orders:
        customer_id = call.caller.present_id(session)
        page = page_of_orders(session, customer_id, call.parameters.page)
        views = view_orders(session, shop.sealer, page.orders)
        return answers.Orders(items=[show_order(view) for view in views], next_page=page.next_page)

    return await shop.database.read(show_page)


async def get_own_order(shop: Shopfront, call: Call[OrderPath, NoBody]) -> answers.Order:
    """One of the caller's orders."""

    def show(session: Session) -> answers.Order:
        customer_id = call.caller.present_id(session)
        order = get_order(session, customer_id, call.parameters.order_no)
        return show_order(view_order(session, shop.sealer, order))

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
        return show_order(view_order(session, shop.sealer, order))

    return await shop.database.write(cancel)


def show_order(view: OrderView) -> answers.Order:
    """An order as its buyer sees it."""
    order = view.order
    return answers.Order(
        order_no=order.order_no,
        state=OrderState(order.state),
        payable=order.payable,
        goods_total=order.goods_total,
        freight=order.freight,
        discount=order.discount,
        lines=[show_line(line) for line in view.lines],
        address=answers.ShownAddress.model_validate(view.address),
        remark=view.remark,
        created_at=order.created_at,
        expires_at=order.expires_at,
        paid_at=order.paid_at,
        history=[answers.HistoryStep.model_validate(step) for step in view.history],
    )


def show_line(line: OrderLine) -> answers.OrderedLine:
    """A line as it was bought."""
    return answers.OrderedLine(
        title=line.title, label=line.label, price=line.price, quantity=line.quantity
    )
