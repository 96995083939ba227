"""Beginning a bargain, and helping in one: each cut by chance, the floor exactly at the end."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final

from sqlalchemy import update
from sqlmodel import Session, col, func, select

from commerce.bargains.queries import LIVE, find_own_open
from commerce.bargains.tables import Bargain, BargainActivity, BargainHelp, BargainState
from commerce.catalogue.tables import Product, Variant
from commerce.customers.merging import lock_customer
from commerce.errors import IllegalMove, NotFound
from commerce.events import announce
from commerce.inserting import affected_rows, id_of, insert_once

_LETTERS: Final = "23456789abcdefghjkmnpqrstuvwxyz"
"""Without those that look like others. Twelve of them are 59 bits."""
_LENGTH: Final = 12


@dataclass(frozen=True, slots=True)
class Cut:
    """What a friend's help did: `amount` fen off, `price` now, `missing` friends to the floor."""

    bargain_no: str
    amount: int
    price: int
    missing: int

    @property
    def is_reached(self) -> bool:
        """Whether the price is at its floor."""
        return self.missing == 0


def start(session: Session, customer_id: int, activity_id: int, now: datetime) -> Bargain:
    """Begin a bargain, from the price of this moment; the customer's present one, if they have it.

    Announces bargain_started. Raises NotFound, and IllegalMove when the activity is off, the
    goods are not to be had, or the customer has begun as many as one may.
    """
    customer_id = id_of(lock_customer(session, customer_id))
    activity = session.get(BargainActivity, activity_id, populate_existing=True)
    if activity is None:
        raise NotFound("没有这个砍价活动", activity_id=activity_id)
    present = find_own_open(session, customer_id, activity_id=activity_id, now=now)
    if present is not None:
        return present
    if not activity.is_on:
        raise IllegalMove("这个砍价活动没有在进行", activity_id=activity_id)
    price = _price_to_begin_with(session, activity)
    most = activity.starts_per_customer
    if _count_starts(session, activity_id, customer_id) >= most:
        raise IllegalMove(f"“{activity.name}”每人最多发起{most}次，您已经发起过了")
    bargain = Bargain(
        bargain_no="".join(secrets.choice(_LETTERS) for _ in range(_LENGTH)),
        activity_id=activity_id,
        customer_id=customer_id,
        variant_id=activity.variant_id,
        start_price=price,
        floor=activity.floor,
        price=price,
        helpers=min(activity.helpers, price - activity.floor),
        started_at=now,
        expires_at=now + timedelta(minutes=activity.lifetime_minutes),
    )
    session.add(bargain)
    session.flush()
    announce(session, "bargain_started", now=now, bargain_id=bargain.id, customer_id=customer_id)
    return bargain


def help(  # noqa: A001 - what a friend does, in the trade's own word
    session: Session, bargain_no: str, customer_id: int, randomness: Random, now: datetime
) -> Cut:
    """A friend takes something off, once; the last one takes all that is left above the floor.

    Announces bargain_reached at the floor, else bargain_helped. Raises NotFound, and IllegalMove
    for one's own bargain, a second help, one too many of the activity's, and one that is over.
    """
    customer_id = id_of(lock_customer(session, customer_id))
    bargain = session.exec(
        select(Bargain)
        .where(Bargain.bargain_no == bargain_no)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).first()
    if bargain is None:
        raise NotFound("没有找到这个砍价", bargain_no=bargain_no)
    _refuse(session, bargain, customer_id, now)
    amount = cut_of(bargain.price - bargain.floor, bargain.helpers - bargain.helped, randomness)
    ids = {"bargain_id": id_of(bargain), "customer_id": customer_id}
    if not insert_once(session, BargainHelp, **ids, cut=amount, at=now):
        raise IllegalMove("您已经帮过这位朋友了，一人帮一次就好")
    cut = _take_off(session, bargain, amount, now)
    announce(
        session,
        "bargain_reached" if cut.is_reached else "bargain_helped",
        now=now,
        bargain_id=bargain.id,
        customer_id=bargain.customer_id,
        cut=amount,
        price=cut.price,
        missing=cut.missing,
    )
    return cut


def cut_of(gap: int, helpers: int, randomness: Random) -> int:
    """What one helper takes off, when `gap` fen are above the floor and so many helpers to come.

    At most twice an even share, so that early friends leave something worth taking; at least one
    fen, and one for each of the others where there are enough. The last takes it all.
    """
    if helpers <= 1 or gap <= 1:
        return gap
    most = min(2 * gap // helpers, gap - (helpers - 1))
    return randomness.randint(1, max(1, most))


def _price_to_begin_with(session: Session, activity: BargainActivity) -> int:
    variant = session.get_one(Variant, activity.variant_id, populate_existing=True)
    product = session.get_one(Product, variant.product_id, populate_existing=True)
    if not (variant.on_sale and product.on_sale) or variant.stock < 1:
        raise IllegalMove(f"“{activity.name}”的商品已经卖完了，这次砍不了")
    if variant.price <= activity.floor:
        raise IllegalMove("这件商品现在的价格已经是底价，直接买就行", variant_id=variant.id)
    return variant.price


def _count_starts(session: Session, activity_id: int, customer_id: int) -> int:
    """The customer is locked: nobody begins one for them meanwhile."""
    return session.exec(
        select(func.count())
        .select_from(Bargain)
        .where(Bargain.activity_id == activity_id, Bargain.customer_id == customer_id)
    ).one()


def _count_helps(session: Session, activity_id: int, customer_id: int) -> int:
    """The customer is locked: they help nobody else meanwhile."""
    return session.exec(
        select(func.count())
        .select_from(BargainHelp)
        .join(Bargain, col(Bargain.id) == col(BargainHelp.bargain_id))
        .where(Bargain.activity_id == activity_id, BargainHelp.customer_id == customer_id)
    ).one()


def _refuse(session: Session, bargain: Bargain, customer_id: int, now: datetime) -> None:
    if bargain.customer_id == customer_id:
        raise IllegalMove("自己的砍价要请朋友来帮，自己帮不了")
    if session.get(BargainHelp, (bargain.id, customer_id)) is not None:
        raise IllegalMove("您已经帮过这位朋友了，一人帮一次就好")
    if bargain.state in (BargainState.REACHED, BargainState.ORDERED):
        raise IllegalMove("这个砍价已经到底价了，不用再帮啦")
    activity = session.get_one(BargainActivity, bargain.activity_id, populate_existing=True)
    if bargain.state not in LIVE or bargain.expires_at <= now or not activity.is_on:
        raise IllegalMove("这个砍价已经结束了")
    if _count_helps(session, bargain.activity_id, customer_id) >= activity.helps_per_customer:
        raise IllegalMove(f"这个活动每人最多帮{activity.helps_per_customer}次，您的次数用完了")


def _take_off(session: Session, bargain: Bargain, amount: int, now: datetime) -> Cut:
    missing = bargain.helpers - bargain.helped - 1
    guarded = (
        update(Bargain)
        .where(
            col(Bargain.id) == bargain.id,
            col(Bargain.state) == BargainState.OPEN,
            col(Bargain.expires_at) > now,
            col(Bargain.price) == bargain.price,
            col(Bargain.helped) == bargain.helped,
        )
        .values(
            price=bargain.price - amount,
            helped=bargain.helped + 1,
            state=BargainState.OPEN if missing else BargainState.REACHED,
        )
    )
    if affected_rows(session, guarded) != 1:
        raise IllegalMove("这个砍价已经结束了")
    session.refresh(bargain)
    return Cut(bargain.bargain_no, amount, bargain.price, missing)
