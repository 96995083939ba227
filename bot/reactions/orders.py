"""What a customer hears of their orders."""

from datetime import timedelta
from typing import Final

from bot import texts
from bot.handlers import group_buy_news_words as group_words
from bot.handlers import receipt_words
from bot.reactions.heard import Heard, order_of, tell
from commerce.aftersale.refunded import kept_of
from commerce.deals.choices import DealKind
from commerce.money import yuan
from commerce.ordering.policy import get_policy
from commerce.ordering.tables import Order, OrderState

NEWS_OF_RECEIPT: Final = timedelta(days=1)
"""How long a customer out of reach is still to be told that their order counts as received."""


def order_paid(heard: Heard) -> None:
    """Tell the customer in the chat they ordered from."""
    order = order_of(heard)
    sentence = group_words.PAID if order.deal == DealKind.GROUP_BUY else texts.PAID
    tell(heard, order, sentence.format(order_no=order.order_no, amount=yuan(order.payable)))


def order_closed(heard: Heard) -> None:
    """Tell the customer that an unpaid order is gone, and whose doing it was.

    Of one whose money has gone back their request tells them.
    """
    order = order_of(heard)
    if heard.about["from_state"] != OrderState.UNPAID:
        return
    text = texts.EXPIRED if heard.about["actor"] == "clock" else texts.CANCELLED
    tell(heard, order, text.format(order_no=order.order_no) + _given_back(order))


def order_received(heard: Heard) -> None:
    """Tell the customer whose order the clock received; who did it themselves was answered."""
    if heard.about["actor"] != "clock":
        return
    order = order_of(heard)
    points = kept_of(heard.session, order).points_given
    words = receipt_words.RECEIVED_BY_CLOCK.format(
        order_no=order.order_no,
        points=receipt_words.POINTS.format(points=points) if points else "",
        days=get_policy(heard.session).finish_after_days,
    )
    tell(heard, order, words, until=heard.now + NEWS_OF_RECEIPT)


def _given_back(order: Order) -> str:
    """The coupon and the points that came back with it; nothing when none were used."""
    used = ["优惠券"] if order.coupon_id is not None else []
    used += [f"{order.points_spent}积分"] if order.points_spent else []
    return texts.GIVEN_BACK.format(what="和".join(used)) if used else ""
