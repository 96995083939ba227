"""What a customer hears of their orders."""

from bot import texts
from bot.reactions.heard import Heard, order_of, tell
from commerce.money import yuan


def order_paid(heard: Heard) -> None:
    """Tell the customer in the chat they ordered from."""
    order = order_of(heard)
    tell(heard, order, texts.PAID.format(order_no=order.order_no, amount=yuan(order.payable)))


def order_closed(heard: Heard) -> None:
    """Tell the customer that an unpaid order is gone, and whose doing it was."""
    order = order_of(heard)
    text = texts.EXPIRED if heard.about["actor"] == "clock" else texts.CANCELLED
    tell(heard, order, text.format(order_no=order.order_no))
