"""Birthdays: told by the customer, served once a year."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from sqlmodel import Session, col, or_, select

from commerce.customers.merging import lock_customer
from commerce.customers.summary import refresh
from commerce.errors import IllegalMove, InvalidInput
from commerce.events import announce
from commerce.inserting import id_of, insert_once
from commerce.membership.days import birthdays_on, day_of
from commerce.membership.points import give
from commerce.membership.tables import BirthdayReward, Member, MembershipTerms
from commerce.membership.terms import get_terms
from commerce.promotions import coupons
from commerce.promotions.tables import Coupon, CouponTemplate

SERVED_AT_ONCE: Final = 100
SERVED_LATE: Final = 3
"""A birthday is still served so many days later, if the shop was not running on it."""
CHANGED_AFTER: Final = timedelta(days=365)
_A_LEAP_YEAR: Final = 2024


def find_birthday(session: Session, customer_id: int) -> tuple[int, int] | None:
    """The customer's birthday as month and day, if they have told it."""
    member = session.get(Member, customer_id)
    return None if member is None else (member.birth_month, member.birth_day)


def set_birthday(session: Session, customer_id: int, month: int, day: int, now: datetime) -> bool:
    """Note a customer's birthday; whether it is another than before.

    It may be changed once a year. Raises InvalidInput for a day that does not exist, IllegalMove
    for a change that comes too soon.
    """
    try:
        date(_A_LEAP_YEAR, month, day)
    except ValueError:
        raise InvalidInput("没有这一天，请核对一下生日", field="birthday") from None
    customer_id = id_of(lock_customer(session, customer_id))
    member = session.get(Member, customer_id)
    if member is None:
        member = Member(
            customer_id=customer_id, birth_month=month, birth_day=day, birthday_told_at=now
        )
    elif (member.birth_month, member.birth_day) == (month, day):
        return False
    elif now < (again := member.birthday_told_at + CHANGED_AFTER):
        free = day_of(again)
        words = f"生日一年只能改一次，{free.year}年{free.month}月{free.day}日起可以再改"
        raise IllegalMove(words, again_at=again.isoformat())
    else:
        member.birth_month, member.birth_day, member.birthday_told_at = month, day, now
    session.add(member)
    refresh(session, customer_id)
    return True


def serve_birthdays(session: Session, now: datetime) -> int:
    """Give those their reward whose birthday is today, or was in the last days; how many.

    At most SERVED_AT_ONCE: call again until it is 0. Announces `birthday_served` for each.
    """
    terms = get_terms(session)
    served = 0
    for late in range(SERVED_LATE + 1):
        day = day_of(now) - timedelta(days=late)
        for customer_id in _list_due(session, day, SERVED_AT_ONCE - served):
            served += _serve(session, customer_id, day, terms, now)
    return served


def _list_due(session: Session, day: date, limit: int) -> Sequence[int]:
    """Who has a birthday on that day, and was not served in its year."""
    is_theirs = or_(
        *(
            (col(Member.birth_month) == month) & (col(Member.birth_day) == number)
            for month, number in birthdays_on(day)
        )
    )
    served = select(BirthdayReward.customer_id).where(
        BirthdayReward.customer_id == Member.customer_id, BirthdayReward.year == day.year
    )
    return session.exec(
        select(Member.customer_id)
        .where(is_theirs, ~served.exists())
        .order_by(col(Member.customer_id))
        .limit(max(0, limit))
    ).all()


def _serve(
    session: Session, customer_id: int, day: date, terms: MembershipTerms, now: datetime
) -> bool:
    customer = id_of(lock_customer(session, customer_id))
    points, year = terms.birthday_points, day.year
    if not insert_once(
        session, BirthdayReward, customer_id=customer, year=year, points=points, at=now
    ):
        return False
    ref = f"{customer}:{year}"
    give(session, customer, points, kind="birthday_served", ref=ref, memo="生日礼", now=now)
    coupon = _give_coupon(session, customer, year, terms, now)
    announce(
        session,
        "birthday_served",
        now=now,
        customer_id=customer,
        points=points,
        coupon_id=None if coupon is None else coupon.id,
        day=day.isoformat(),
    )
    return True


def _give_coupon(
    session: Session, customer_id: int, year: int, terms: MembershipTerms, now: datetime
) -> Coupon | None:
    """The coupon of a birthday; None without one, and when its template is gone or used up."""
    template = terms.birthday_template_id
    if template is None or session.get(CouponTemplate, template) is None:
        return None
    return coupons.give(session, template, customer_id, source="birthday", ref=str(year), now=now)
