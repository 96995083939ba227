"""SQL picks exactly whom plain Python picks over the same facts."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from sqlalchemy import select
from sqlmodel import Session

from bot import models as bot_models
from bot.engines import create_shop_engine
from campaigns.segments import asking
from campaigns.segments.facts import FACTS
from campaigns.segments.rules import Rule
from campaigns.segments.sql import CUSTOMER, EXPRESSIONS, condition
from commerce import models
from tests.campaigns.segments import plain, ruling
from tests.campaigns.segments.crowd import Person, analyse, fill, people
from tests.campaigns.segments.shop_rows import NOW

TABLES = (models, bot_models)
MANY = 20_000


@dataclass(frozen=True)
class Crowd:
    """Who is there, and the database that knows them."""

    session: Session
    people: list[Person]

    def picked(self, rule: Rule) -> list[int]:
        """Whom Python picks."""
        return [each.id for each in self.people if plain.fits(rule, each, NOW)]


@contextmanager
def a_crowd(url: str, size: int) -> Iterator[Crowd]:
    crowd = list(people(size))
    engine = create_shop_engine(url)
    with Session(engine) as session:
        fill(session.connection(), crowd)
        analyse(session.connection())
        yield Crowd(session, crowd)
        session.rollback()
    engine.dispose()


@pytest.fixture
def crowd(database_url: str) -> Iterator[Crowd]:
    with a_crowd(database_url, 400) as made:
        yield made


@pytest.fixture
def large_crowd(database_url: str) -> Iterator[Crowd]:
    with a_crowd(database_url, MANY) as made:
        yield made


def assert_agrees(crowd: Crowd, rule: Rule) -> None:
    picked = crowd.picked(rule)
    session = crowd.session
    by_condition = select(CUSTOMER.c.id).where(condition(rule, NOW)).order_by(CUSTOMER.c.id)
    assert list(session.connection().execute(by_condition).scalars()) == picked
    assert asking.batch(session, rule, NOW, 0, MANY, MANY) == picked
    assert asking.count(session, rule, NOW) == len(picked)
    assert asking.examples(session, rule, NOW) == picked[:-11:-1]


@pytest.mark.database
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rule=ruling.RULES)
def test_sql_picks_whom_python_picks(crowd: Crowd, rule: Rule) -> None:
    assert_agrees(crowd, rule)


@pytest.mark.slow
@pytest.mark.database
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rule=ruling.RULES)
def test_sql_picks_whom_python_picks_of_twenty_thousand(large_crowd: Crowd, rule: Rule) -> None:
    assert_agrees(large_crowd, rule)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rule=ruling.RULES)
def test_one_customer_fits_exactly_when_the_segment_has_them(crowd: Crowd, rule: Rule) -> None:
    picked = crowd.picked(rule)
    for person in (each for each in crowd.people[:30] if not each.is_merged):
        assert asking.fits(crowd.session, rule, person.id, NOW) == (person.id in picked)


def test_sql_knows_every_fact_of_the_editor() -> None:
    assert set(EXPRESSIONS) == set(FACTS)
