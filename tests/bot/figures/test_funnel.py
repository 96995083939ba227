"""How far customers came, every person counted by hand."""

from datetime import date

import pytest
from sqlmodel import Session

from bot.figures.funnel import Funnel, funnel
from bot.figures.span import Span
from tests.bot.figures.rows import DAY, NOON, Rows

pytestmark = pytest.mark.database
MONDAY = Span(date(2026, 11, 23), date(2026, 11, 23))


def test_each_step_counts_who_came_at_least_so_far(session: Session, rows: Rows) -> None:
    socks = rows.variant("袜子")
    people = [rows.customer() for _ in range(5)]
    talks = [rows.talk(person) for person in people]
    for talk in talks:
        rows.line(talk, intent="greet")
    for talk in talks[1:]:
        rows.line(talk, intent="search_product")
    for talk in talks[2:]:
        rows.line(talk, author="bot", kind="card")
    rows.cart(people[3], socks)
    rows.order(people[4], 100, paid_at=NOON)

    assert funnel(session, MONDAY) == Funnel(5, 4, 3, 2, 1)


def test_who_pays_without_a_search_has_passed_it(session: Session, rows: Rows) -> None:
    person = rows.customer()
    rows.line(rows.talk(person), intent="greet")
    rows.order(person, 100, paid_at=NOON)

    assert funnel(session, MONDAY) == Funnel(1, 1, 1, 1, 1)


def test_an_order_that_nobody_paid_counts_as_a_filled_cart(session: Session, rows: Rows) -> None:
    person = rows.customer()
    rows.line(rows.talk(person))
    rows.order(person, 100)

    assert funnel(session, MONDAY) == Funnel(1, 1, 1, 1, 0)


def test_a_person_on_two_channels_is_one(session: Session, rows: Rows) -> None:
    person = rows.customer()
    rows.line(rows.talk(person), intent="refine_search")
    rows.line(rows.talk(person, channel="wecom"))
    rows.line(rows.talk())  # Somebody whom nobody knows yet.

    assert funnel(session, MONDAY) == Funnel(2, 1, 0, 0, 0)


def test_other_days_and_the_shops_own_words_do_not_count(session: Session, rows: Rows) -> None:
    person = rows.customer()
    rows.line(rows.talk(person), NOON - DAY, intent="search_product")
    rows.line(rows.talk(), author="bot", kind="card")
    rows.order(person, 100, paid_at=NOON)

    assert funnel(session, MONDAY) == Funnel(0, 0, 0, 0, 0)
