"""Where ordering meets the deals: each kind has the same five moments in an order's life."""

from collections.abc import Mapping
from datetime import datetime
from types import ModuleType
from typing import Any, Final, Protocol, cast

from sqlmodel import Session

from commerce.bargains import buying as bargains
from commerce.deals.choices import Deal, DealKind
from commerce.errors import InvalidInput
from commerce.flash_sales import buying as flash_sales
from commerce.group_buys import taking_part as group_buys
from commerce.ordering.tables import Order
from commerce.pricing.values import UnitOffer


class Desk(Protocol):
    """What a kind of deal does at each moment of an order bought under it."""

    def offer(
        self,
        session: Session,
        customer_id: int,
        deal: Any,
        quantities: Mapping[int, int],
        now: datetime,
    ) -> dict[int, UnitOffer]:
        """The price of one piece, by variant id. Raises ShopError when it may not be bought."""
        ...

    def bind(
        self,
        session: Session,
        deal: Any,
        order: Order,
        quantities: Mapping[int, int],
        now: datetime,
    ) -> None:
        """Take what the deal itself limits, for an order just placed. Raises ShopError."""
        ...

    def latest_at(self, session: Session, deal: Any, now: datetime) -> datetime | None:
        """When the order must be paid at the latest; None leaves it to the shop's own rule."""
        ...

    def on_paid(self, session: Session, order: Order, paid_at: datetime, now: datetime) -> None:
        """The order, which is locked, has just been paid, `paid_at` by WeChat Pay's word."""
        ...

    def on_closed(self, session: Session, order: Order, now: datetime) -> None:
        """The order, which is locked, has ended unpaid: give back what it took."""
        ...


def _desk(module: ModuleType) -> Desk:
    return cast("Desk", module)


DESKS: Final[Mapping[DealKind, Desk]] = {
    DealKind.GROUP_BUY: _desk(group_buys),
    DealKind.FLASH_SALE: _desk(flash_sales),
    DealKind.BARGAIN: _desk(bargains),
}


def offer(
    session: Session, customer_id: int, deal: Deal, quantities: Mapping[int, int], now: datetime
) -> dict[int, UnitOffer]:
    """The deal's price of one piece, by variant id, for every variant that is wanted.

    Raises InvalidInput for goods that the deal is not about, and whatever the deal refuses with.
    """
    offers = DESKS[deal.kind].offer(session, customer_id, deal, quantities, now)
    if set(offers) != set(quantities):
        raise InvalidInput("活动价只能单独购买活动里的商品，请去掉别的商品", field="lines")
    return offers


def bind(
    session: Session, deal: Deal, order: Order, quantities: Mapping[int, int], now: datetime
) -> None:
    """Tie an order just placed to its deal. Raises ShopError."""
    DESKS[deal.kind].bind(session, deal, order, quantities, now)


def latest_at(session: Session, deal: Deal, now: datetime) -> datetime | None:
    """When an order under the deal must be paid at the latest."""
    return DESKS[deal.kind].latest_at(session, deal, now)


def on_paid(session: Session, order: Order, paid_at: datetime, now: datetime) -> None:
    """Tell an order's deal, if it has one, that it is paid."""
    if order.deal:
        DESKS[DealKind(order.deal)].on_paid(session, order, paid_at, now)


def on_closed(session: Session, order: Order, now: datetime) -> None:
    """Tell an order's deal, if it has one, that it ended unpaid."""
    if order.deal:
        DESKS[DealKind(order.deal)].on_closed(session, order, now)
