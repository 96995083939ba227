"""Bargains for tests."""

from datetime import datetime
from itertools import count
from random import Random
from typing import Any

from sqlmodel import Session

from commerce.bargains import cutting
from commerce.bargains.activities import BargainDraft, plan, switch_on
from commerce.bargains.cutting import Cut
from commerce.bargains.tables import Bargain
from commerce.deals.choices import BargainDeal
from commerce.inserting import id_of
from commerce.ordering.tables import Order
from tests.commerce.shop import NOW, new_customer, place

FLOOR = 900
_number = count(1)


def bargain_draft(variant_id: int, **changes: Any) -> BargainDraft:
    """Three friends bring a thing to ¥9 within two hours."""
    values: dict[str, Any] = {
        "key": f"bargain-{next(_number)}",
        "name": "拖鞋好友价",
        "variant_id": variant_id,
        "floor": FLOOR,
        "helpers": 3,
        "lifetime_minutes": 120,
    }
    return BargainDraft(**{**values, **changes})


def bargains_on(session: Session, variant_id: int, **changes: Any) -> int:
    """The id of an activity that is switched on."""
    activity = id_of(plan(session, bargain_draft(variant_id, **changes), NOW))
    switch_on(session, activity, is_acknowledged=True, actor="agent:1", now=NOW)
    return activity


def help_in(
    session: Session, bargain: Bargain, customer_id: int | None = None, now: datetime = NOW
) -> Cut:
    """A friend helps, somebody new if nobody is named."""
    friend = new_customer(session) if customer_id is None else customer_id
    return cutting.help(session, bargain.bargain_no, friend, Random(friend), now)


def reached(session: Session, customer_id: int, activity_id: int) -> Bargain:
    """A customer's bargain that its friends have brought to the floor."""
    bargain = cutting.start(session, customer_id, activity_id, NOW)
    while not help_in(session, bargain).is_reached:
        pass
    return bargain


def buy(session: Session, bargain: Bargain, now: datetime = NOW, **changes: Any) -> Order:
    """Order the thing at its floor."""
    request: dict[str, Any] = {
        "deal": BargainDeal(bargain.bargain_no),
        "expected_payable": bargain.floor,
        "now": now,
    }
    customer = changes.pop("customer_id", bargain.customer_id)
    return place(session, customer, {bargain.variant_id: 1}, **{**request, **changes})
