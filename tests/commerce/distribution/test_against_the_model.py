"""Commissions and withdrawals against exact fractions, over a great many random histories."""

import random
from collections.abc import Iterator

import pytest
from sqlmodel import Session, SQLModel, select

from bot.engines import create_shop_engine
from commerce import models
from commerce.catalogue.tables import Variant
from tests.commerce.distribution.histories import DEEDS, IN_DEBT, WITHDRAWN, History
from tests.commerce.ledger.books import assert_books_balance
from tests.commerce.shop import put_on_sale

TABLES = models
"""Imported for its tables."""
EVERYTHING = {*DEEDS, WITHDRAWN, IN_DEBT}
CHECKED_EVERY = 50
"""Histories, one of which has its whole ledger read."""


@pytest.fixture(scope="module")
def shop() -> Iterator[tuple[Session, tuple[int, int], int]]:
    """A shop in memory that every history finds as it was, with two variants of one product."""
    engine = create_shop_engine("sqlite://")
    SQLModel.metadata.create_all(engine)
    with Session(engine, expire_on_commit=False) as session:
        variants = (put_on_sale(session, pieces=1), put_on_sale(session, pieces=1))
        product = session.exec(select(Variant.product_id)).first()
        session.commit()
        yield session, variants, product or 0
    engine.dispose()


def live(shop: tuple[Session, tuple[int, int], int], histories: range) -> set[str]:
    """Live through these histories; what happened in them."""
    session, variants, product = shop
    seen: set[str] = set()
    for number in histories:
        history = History(session, random.Random(number), variants, product)
        history.live()
        if number % CHECKED_EVERY == 0:
            assert_books_balance(session)
        seen |= set(history.lived)
        session.rollback()
        session.expunge_all()
    return seen


def test_twenty_histories_agree_to_the_fen(
    shop: tuple[Session, tuple[int, int], int],
) -> None:
    assert live(shop, range(20)) >= set(DEEDS)


@pytest.mark.slow
def test_a_thousand_histories_agree_to_the_fen(
    shop: tuple[Session, tuple[int, int], int],
) -> None:
    assert live(shop, range(20, 1020)) == EVERYTHING


@pytest.mark.nightly
@pytest.mark.slow
@pytest.mark.timeout(7200)
def test_ten_thousand_histories_agree_to_the_fen(
    shop: tuple[Session, tuple[int, int], int],
) -> None:
    assert live(shop, range(10_000, 20_000)) == EVERYTHING
