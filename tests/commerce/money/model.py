"""The money of a shop and its one customer in the fewest words: what must come of each event.

Modelled: stock, points, coupons, states of orders, money in by its number, and money back: floor
shares and the rest with a line's last piece, freight with the last piece of an order of which
nothing has left, or by the shop's fault. Not: prices (what lines cost is given), exchanges, claims,
how WeChat Pay closes a payment, when the clock acts. What is illegal gives False.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

UNSENT, LEFT = ("paid", "packed"), ("shipped", "received")
NEWS = {"requested": 0, "processing": 1, "abnormal": 2, "succeeded": 3, "closed": 3}


class Line(NamedTuple):
    variant: int
    pieces: int
    paid: int
    spent: int
    given: int


@dataclass
class Order:
    lines: dict[int, Line]
    payable: int
    freight: int
    coupon: int | None
    points_due: int
    state: str = "unpaid"
    came_in: set[str] = field(default_factory=set)
    asked: Counter[int] = field(default_factory=Counter)
    back: Counter[int] = field(default_factory=Counter)
    sent: Counter[int] = field(default_factory=Counter)
    stayed: Counter[int] = field(default_factory=Counter)

    def without(self, *gone: Counter[int]) -> Counter[int]:
        return Counter({n: each.pieces for n, each in self.lines.items()}) - sum(gone, Counter())

    def share(self, what: str, pieces: Counter[int]) -> int:
        total = 0
        for number, n in pieces.items():
            bought, whole = self.lines[number].pieces, getattr(self.lines[number], what)
            gone = self.back[number]
            total += whole // bought * n if gone + n < bought else whole - whole // bought * gone
        return total


@dataclass
class Return:
    order: Order
    pieces: Counter[int]
    is_parcel: bool = False
    is_our_fault: bool = False
    state: str = "requested"
    amount: int = 0
    points: int = 0
    tries: dict[str, str] = field(default_factory=dict)


@dataclass
class Shop:
    stock: Counter[int]
    points: int
    used: set[int | None] = field(default_factory=set)
    orders: dict[int, Order] = field(default_factory=dict)
    returns: dict[str, Return] = field(default_factory=dict)

    def places(self, order_id: int, order: Order) -> None:
        self.orders[order_id] = order
        order.state = "unpaid" if order.payable else "paid"
        self.used.add(order.coupon)
        self.takes(order, 1)

    def takes(self, order: Order, times: int) -> None:
        for line in order.lines.values():
            self.stock[line.variant] -= line.pieces * times
            self.points -= line.spent * times

    def pays(self, order: Order, number: str, refund: str) -> None:
        if order.state == "unpaid":
            order.state = "paid"
        elif number not in order.came_in:
            back = Return(order, Counter(), state="refunding", amount=order.payable)
            self.returns[refund], back.tries[refund] = back, "requested"
        order.came_in.add(number)

    def closes(self, order: Order) -> bool:
        if order.state == "unpaid":
            order.state = "closed"
            self.used.discard(order.coupon)
            self.takes(order, -1)
        return order.state == "closed"

    def ships(self, order: Order, pieces: Counter[int]) -> bool:
        if order.state not in UNSENT or not pieces <= order.without(order.sent, order.stayed):
            return False
        order.sent += pieces
        order.state = "packed" if order.without(order.sent, order.stayed) else "shipped"
        return True

    def receives(self, order: Order) -> bool:
        if is_legal := order.state == "shipped":
            order.state, self.points = "received", self.points + order.points_due
        return is_legal

    def asks(self, number: str, asked: Return) -> bool:
        order, states = asked.order, LEFT if asked.is_parcel else UNSENT + LEFT
        if order.state not in states or not asked.pieces <= order.without(order.asked):
            return False
        self.returns[number], order.asked = asked, order.asked + asked.pieces
        return True

    def worth(self, asked: Return) -> int:
        order, is_last = asked.order, asked.pieces == asked.order.without(asked.order.back)
        is_with_freight = is_last and (asked.is_our_fault or not order.sent)
        return order.share("paid", asked.pieces) + (order.freight if is_with_freight else 0)

    def promises(self, asked: Return, refund: str, amount: int, is_good: bool) -> None:
        order, pieces = asked.order, asked.pieces
        staying = order.without(order.sent, order.stayed) & pieces
        for number, n in (pieces if asked.is_parcel and is_good else staying).items():
            self.stock[order.lines[number].variant] += n
        given = order.share("given", pieces)
        asked.state, asked.amount, asked.points = "refunding", amount, order.share("spent", pieces)
        asked.points -= given if order.state == "received" else 0
        order.points_due -= given
        order.back, order.stayed = order.back + pieces, order.stayed + staying
        if order.state == "packed" and order.sent and order.sent == order.without(order.stayed):
            order.state = "shipped"
        asked.tries |= {refund: "requested"} if amount else {}
        if not amount:
            self.ends(asked)

    def hears(self, back: Return, refund: str, result: str) -> bool:
        if NEWS[result] <= NEWS[back.tries[refund]]:
            return False
        back.tries[refund] = result
        if result == "succeeded":
            self.ends(back)
        return True

    def ends(self, back: Return) -> None:
        order, back.state, self.points = back.order, "done", self.points + back.points
        own = {each.state for each in self.returns.values() if each.order is order}
        if not order.without(order.back) and "refunding" not in own:
            self.used.discard(order.coupon)
            order.state = "closed" if order.state in UNSENT else order.state
