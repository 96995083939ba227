"""A customer's summary says what the books say, whatever happened in which order."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import Session, SQLModel, col, select

from bot import models as bot_models
from bot.engines import create_shop_engine
from commerce import customers, models
from commerce.customers.presence import see
from commerce.customers.summary import refresh
from commerce.customers.summary_rebuild import find_quintiles, rebuild, score
from commerce.customers.summary_tables import CustomerBought, CustomerSummary
from commerce.customers.tables import Customer, Identity
from commerce.distribution.promoters import appoint, stop
from commerce.distribution.tables import Promoter, PromoterState
from commerce.errors import ShopError
from commerce.inserting import id_of
from commerce.ledger.posting import AccountKey, AccountKind, balance
from commerce.membership import birthdays, points
from commerce.membership.tables import Member
from commerce.ordering import cart
from commerce.ordering.tables import Cart, CartLine, Order, OrderLine
from commerce.payments.refunds import record_refund_result, request_refund
from commerce.payments.tables import Payment, PaymentState, Refund, RefundState
from commerce.sources.codes import add_code
from commerce.sources.coming import note_came
from commerce.sources.tables import CodeKind, CustomerCame
from tests.commerce.shop import NOW, begin_to_pay, new_customer, pay, place, put_on_sale

TABLES = (models, bot_models)
ENGINE = create_shop_engine("sqlite://")
SQLModel.metadata.create_all(ENGINE)
CROWD, SHELF = 3, 3


class History:
    """A small shop in which things happen to three customers."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.now = NOW
        self.variants = [put_on_sale(session, f"货{n}", pieces=999) for n in range(SHELF)]
        self.people = [new_customer(session) for _ in range(CROWD)]
        for code in ("door", "flyer"):
            add_code(session, code, name=code, kind=CodeKind.OA, now=NOW)

    def happen(self, deed: str, who: int, what: int) -> None:
        """One thing, an hour after the last one. What the shop refuses has not happened."""
        self.now += timedelta(hours=1)
        customer_id = id_of(customers.get_customer(self.session, self.people[who]))
        deeds: dict[str, Callable[[int, int], object]] = {
            "buys": self.buys,
            "orders": self.orders,
            "gets back": self.gets_back,
            "refund fails": self.refund_fails,
            "receives": self.receives,
            "fills cart": lambda who, what: cart.add(
                self.session, who, self.variants[what], 1, self.now
            ),
            "takes out": lambda who, what: cart.remove(
                self.session, who, self.variants[what], self.now
            ),
            "empties cart": lambda who, _: cart.clear(self.session, who, self.now),
            "tells birthday": lambda who, what: birthdays.set_birthday(
                self.session, who, what + 1, 29, self.now
            ),
            "promotes": lambda who, _: appoint(
                self.session, who, actor="staff:1", reason="x", now=self.now
            ),
            "stops": lambda who, _: stop(
                self.session, who, actor="staff:1", reason="x", now=self.now
            ),
            "comes": lambda who, what: note_came(
                self.session, who, ("door", "flyer", "none")[what], self.now
            ),
            "is seen": lambda who, _: see(self.session, who, self.now),
            "follows": lambda who, what: self.follows(who, does=what > 0),
            "merges": lambda who, what: customers.merge(
                self.session, self.people[what], who, self.now
            ),
        }
        try:
            with self.session.begin_nested():
                deeds[deed](customer_id, what)
        except ShopError:
            self.session.expire_all()

    def orders(self, who: int, what: int) -> Order:
        return place(self.session, who, {self.variants[what]: what + 1}, now=self.now)

    def buys(self, who: int, what: int) -> None:
        order = self.orders(who, what)
        pay(self.session, begin_to_pay(self.session, order, self.now), self.now)

    def gets_back(self, who: int, what: int) -> None:
        for payment in self._payments(who)[:1]:
            request_refund(self.session, id_of(payment), 100 * (what + 1), "不想要了", self.now)

    def refund_fails(self, who: int, _what: int) -> None:
        for payment in self._payments(who):
            for refund in self.session.exec(
                select(Refund).where(Refund.payment_id == payment.id)
            ).all():
                record_refund_result(
                    self.session, refund.out_refund_no, RefundState.CLOSED, self.now
                )

    def receives(self, who: int, what: int) -> None:
        for order in self.session.exec(select(Order).where(Order.customer_id == who)):
            points.earn_for_order(self.session, who, id_of(order), 10, self.now, paid=1000)
            if what:
                points.claw_back(self.session, who, id_of(order), 5, "r", self.now, paid=700 * what)

    def follows(self, who: int, *, does: bool) -> None:
        name = f"o-{self.people.index(who)}"
        customers.identify(self.session, "official_account", "gh", name, self.now, follows=does)

    def _payments(self, who: int) -> list[Payment]:
        paid = (
            select(Payment)
            .join(Order, col(Order.id) == col(Payment.order_id))
            .where(Order.customer_id == who, Payment.state == PaymentState.PAID)
        )
        return list(self.session.exec(paid))


def said(session: Session) -> dict[int, dict[str, Any]]:
    """Every summary with all it says."""
    session.expire_all()
    found = session.exec(select(CustomerSummary)).all()
    return {
        each.customer_id: each.model_dump(exclude={"customer_id", "r", "f", "m"}) for each in found
    }


def from_books(session: Session, customer: Customer) -> dict[str, Any]:
    """What a summary has to say, read row by row."""
    orders = session.exec(
        select(Order).where(Order.customer_id == customer.id, col(Order.paid_at).is_not(None))
    ).all()
    paid_at = [each.paid_at for each in orders if each.paid_at is not None]
    every = session.exec(select(Order.id).where(Order.customer_id == customer.id)).all()
    payments = session.exec(
        select(Payment).where(col(Payment.order_id).in_(every), Payment.state == PaymentState.PAID)
    ).all()
    owner = id_of(customer)
    member = session.get(Member, owner)
    came = session.exec(
        select(CustomerCame).where(CustomerCame.customer_id == owner).order_by(col(CustomerCame.id))
    ).first()
    promoter = session.exec(select(Promoter).where(Promoter.customer_id == owner)).first()
    identities = session.exec(select(Identity).where(Identity.customer_id == owner)).all()
    return {
        "experience": max(0, balance(session, AccountKey(AccountKind.EXPERIENCE, owner))),
        "orders": len(orders),
        "spent": sum(each.amount - each.refunded for each in payments),
        "first_paid_at": min(paid_at, default=None),
        "last_paid_at": max(paid_at, default=None),
        "cart_left_at": cart_time(session, owner),
        "birth_month": 0 if member is None else member.birth_month,
        "birth_day": 0 if member is None else member.birth_day,
        "is_promoter": promoter is not None and promoter.state == PromoterState.ACTIVE,
        "contact_state": "",
        "follows": any(each.follows for each in identities),
        "first_code": "" if came is None else came.code,
    }


def cart_time(session: Session, owner: int) -> datetime | None:
    found = session.exec(select(Cart).where(Cart.customer_id == owner)).first()
    lines = select(CartLine).where(CartLine.cart_id == (found.id if found else 0))
    return found.updated_at if found and session.exec(lines).first() else None


def bought_by_books(session: Session) -> dict[tuple[int, int], tuple[int, datetime]]:
    bought: dict[tuple[int, int], list[datetime]] = {}
    rows = session.exec(
        select(Order, OrderLine).where(
            OrderLine.order_id == Order.id, col(Order.paid_at).is_not(None)
        )
    )
    for order, line in rows:
        assert order.paid_at is not None
        bought.setdefault((order.customer_id, line.product_id), []).append(order.paid_at)
    return {key: (len(times), max(times)) for key, times in bought.items()}


def assert_says_what_the_books_say(session: Session) -> None:
    summaries = said(session)
    present = session.exec(select(Customer).where(col(Customer.merged_into_id).is_(None))).all()
    assert summaries.keys() == {id_of(each) for each in present}
    for customer in present:
        summary = summaries[id_of(customer)]
        lag = customer.last_seen_at - summary.pop("last_seen_at")
        assert timedelta() <= lag < timedelta(hours=1)
        assert summary == from_books(session, customer)
    kept = {
        (each.customer_id, each.product_id): (each.times, each.at)
        for each in session.exec(select(CustomerBought))
    }
    assert kept == bought_by_books(session)


DEEDS = st.tuples(
    st.sampled_from(
        (
            *("buys", "buys", "orders", "gets back", "refund fails", "receives", "fills cart"),
            *("takes out", "empties cart", "tells birthday", "promotes", "stops", "comes"),
            *("is seen", "follows", "merges"),
        )
    ),
    st.integers(0, CROWD - 1),
    st.integers(0, SHELF - 1),
)


@settings(max_examples=25)
@given(deeds=st.lists(DEEDS, max_size=25))
def test_summaries_follow_the_books_through_any_history(deeds: list[tuple[str, int, int]]) -> None:
    with Session(ENGINE, expire_on_commit=False) as session:
        history = History(session)
        for deed in deeds:
            history.happen(*deed)
        assert_says_what_the_books_say(session)
        assert rebuild(session, 1, 99) == 0, "the night finds nothing to mend"
        session.rollback()


@pytest.mark.database
def test_a_night_mends_what_is_wrong_and_leaves_what_is_right(session: Session) -> None:
    history = History(session)
    for who in range(CROWD):
        history.happen("buys", who, who)
        history.happen("fills cart", who, who)
    spoiled = session.get_one(CustomerSummary, history.people[0])
    spoiled.orders, spoiled.first_code, spoiled.cart_left_at = 7, "door", None
    session.add(spoiled)
    session.delete(session.get_one(CustomerSummary, history.people[1]))
    bought = session.exec(select(CustomerBought)).all()
    session.delete(bought[0])
    session.flush()

    assert rebuild(session, 1, max(history.people)) == CROWD
    assert_says_what_the_books_say(session)
    assert rebuild(session, 1, max(history.people)) == 0


@pytest.mark.database
def test_refreshing_again_changes_nothing(session: Session) -> None:
    history = History(session)
    history.happen("buys", 0, 1)
    before = said(session)

    refresh(session, history.people[0])

    assert said(session) == before


@pytest.mark.database
def test_scores_are_fifths_of_who_has_bought_and_equal_for_equal_customers(
    session: Session,
) -> None:
    people = [new_customer(session) for _ in range(12)]
    for number, each in enumerate(people[:10]):
        summary = session.get_one(CustomerSummary, each)
        summary.orders, summary.spent = 1 + number // 8, 100 * number
        summary.last_paid_at = NOW - timedelta(days=number)
        session.add(summary)
    session.flush()

    assert score(session, find_quintiles(session), 1, max(people)) == 10
    assert score(session, find_quintiles(session), 1, max(people)) == 0

    session.expire_all()
    scores = [session.get_one(CustomerSummary, each) for each in people]
    assert [each.m for each in scores] == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 0, 0]
    assert [each.r for each in scores] == [5, 5, 4, 4, 3, 3, 2, 2, 1, 1, 0, 0]
    assert [each.f for each in scores] == [*[1] * 8, 5, 5, 0, 0]


def test_nobody_is_scored_in_a_shop_that_has_sold_nothing(session: Session) -> None:
    customer = new_customer(session)

    assert find_quintiles(session) is None
    assert score(session, None, 1, customer) == 0
