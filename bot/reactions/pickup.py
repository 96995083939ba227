"""Orders that are fetched: the code once they are paid, the slot given up, receipt at the counter.

What happens to orders in general is told in `orders`; here is what differs.
"""

from bot.handlers import pickup_words as words
from bot.handlers import receipt_words
from bot.reactions import orders
from bot.reactions.heard import Heard, order_of, tell
from bot.shipping_info import want_shipping_info
from commerce.aftersale.refunded import kept_of
from commerce.deals.choices import DealKind
from commerce.inserting import id_of
from commerce.money import yuan
from commerce.ordering.policy import get_policy
from commerce.ordering.tables import Order
from commerce.pickup.codes import give_code, read_code
from commerce.pickup.slots import booked_times, give_up
from commerce.pickup.stores import get_store


def code_given(heard: Heard) -> None:
    """Make the code of a paid order that is fetched."""
    give_code(heard.session, heard.sealer, heard.about["order_id"], heard.now)


def slot_given_up(heard: Heard) -> None:
    """Nobody comes for a closed order: somebody else may come then."""
    give_up(heard.session, heard.about["order_id"])


def fetched(heard: Heard) -> None:
    """Tell WeChat that the goods were handed over: paid money stays frozen until it knows."""
    if order_of(heard).pickup_store_id is not None:
        want_shipping_info(heard.session, heard.sealer, heard.about["order_id"], heard.now)


def order_paid(heard: Heard) -> None:
    """Tell the customer that the money came; with the code if they fetch the goods."""
    order = order_of(heard)
    if order.pickup_store_id is None:
        orders.order_paid(heard)
        return
    if order.deal == DealKind.GROUP_BUY:  # Its code comes with the success of its group.
        orders.order_paid(heard)
        return
    paid = words.PAID.format(order_no=order.order_no, amount=yuan(order.payable))
    told = code_in_words(heard, order)
    tell(heard, order, "\n".join(filter(None, (paid, told))))


def order_received(heard: Heard) -> None:
    """Tell the customer whose order was received by somebody else than themselves."""
    order = order_of(heard)
    if order.pickup_store_id is None:
        orders.order_received(heard)
        return
    points = kept_of(heard.session, order).points_given
    told = words.FETCHED.format(
        order_no=order.order_no,
        store=get_store(heard.session, order.pickup_store_id).name,
        points=receipt_words.POINTS.format(points=points) if points else "",
        days=get_policy(heard.session).finish_after_days,
    )
    tell(heard, order, told, until=heard.now + orders.NEWS_OF_RECEIPT)


def code_in_words(heard: Heard, order: Order) -> str:
    """The code and how it is used; nothing when the order no longer waits for its customer."""
    given = give_code(heard.session, heard.sealer, id_of(order), heard.now)
    if given is None:
        return ""
    store = get_store(heard.session, given.store_id)
    told = words.CODE.format(
        order_no=order.order_no,
        code=read_code(heard.sealer, given),
        store=store.name,
        address=f"{store.region} {store.address}",
        hours=store.opening_hours,
    )
    when = booked_times(heard.session, [id_of(order)]).get(id_of(order))
    if when is not None:
        return f"{told}\n{words.BOOKED_FOR.format(when=words.when_in_words(when))}"
    return f"{told}\n{words.MAY_BOOK}" if store.slot_capacity else told
