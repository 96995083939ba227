"""Signing in: once a day, worth more the more days on end."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from commerce.customers.merging import lock_customer
from commerce.inserting import id_of
from commerce.membership.days import day_of
from commerce.membership.points import give
from commerce.membership.tables import SignIn
from commerce.membership.terms import get_terms


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Today's sign-in. `streak` is days on end, today among them; `tomorrow` what comes next."""

    is_new: bool
    streak: int
    points: int
    tomorrow: int


@dataclass(frozen=True, slots=True)
class SignInStanding:
    """Days on end so far, 0 when the streak is broken, and what the next one gives."""

    is_done: bool
    streak: int
    next_points: int


def sign_in(session: Session, customer_id: int, now: datetime) -> SignedIn:
    """Sign a customer in for the day in Shanghai; a second time that day changes nothing.

    A day left out begins a new streak. Raises NotFound.
    """
    customer_id = id_of(lock_customer(session, customer_id))
    today = day_of(now)
    before = find_sign_in(session, customer_id, now)
    if before is not None and before.day == today:
        return _told(session, before, is_new=False)
    streak = 1 if before is None else before.streak + 1
    signed = SignIn(
        customer_id=customer_id, day=today, streak=streak, points=_worth(session, streak)
    )
    session.add(signed)
    session.flush()
    give(
        session,
        customer_id,
        signed.points,
        kind="signed_in",
        ref=f"{customer_id}:{today.isoformat()}",
        memo="签到",
        now=now,
    )
    return _told(session, signed, is_new=True)


def find_sign_in(session: Session, customer_id: int, now: datetime) -> SignIn | None:
    """The sign-in of today, or of yesterday when its streak can still go on; else None."""
    today = day_of(now)
    return session.exec(
        select(SignIn)
        .where(
            SignIn.customer_id == customer_id,
            col(SignIn.day).in_((today, today - timedelta(days=1))),
        )
        .order_by(col(SignIn.day).desc())
    ).first()


def look_at(session: Session, customer_id: int, now: datetime) -> SignInStanding:
    """Whether the customer has signed in today, and what the next time gives."""
    last = find_sign_in(session, customer_id, now)
    streak = 0 if last is None else last.streak
    is_done = last is not None and last.day == day_of(now)
    return SignInStanding(is_done, streak, _worth(session, streak + 1))


def _told(session: Session, signed: SignIn, *, is_new: bool) -> SignedIn:
    return SignedIn(is_new, signed.streak, signed.points, _worth(session, signed.streak + 1))


def _worth(session: Session, streak: int) -> int:
    """What a day of a streak gives: its place in the cycle decides."""
    cycle = get_terms(session).sign_in_points
    return cycle[(streak - 1) % len(cycle)] if cycle else 0
