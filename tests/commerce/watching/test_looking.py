"""What customers mark and what they look at: once a product, the latest first."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from commerce import customers
from commerce.catalogue.tables import Variant
from commerce.errors import IllegalMove, NotFound
from commerce.watching import favourites, looking
from commerce.watching.tables import ProductLookedAt
from tests.commerce.shop import NOW, new_customer, put_on_sale

pytestmark = pytest.mark.database


def products(session: Session, count: int) -> list[int]:
    variants = [put_on_sale(session, f"商品{number}") for number in range(count)]
    return [session.get_one(Variant, each).product_id for each in variants]


def test_a_look_again_is_counted_and_comes_first(session: Session) -> None:
    customer_id, (first, second) = new_customer(session), products(session, 2)
    for minute, product_id in enumerate((first, second, first)):
        looking.note_look(session, customer_id, product_id, NOW + timedelta(minutes=minute))

    assert looking.list_looked_at(session, customer_id) == [first, second]
    row = session.exec(select(ProductLookedAt).where(ProductLookedAt.product_id == first)).one()
    assert row.times == 2


def test_the_oldest_look_beyond_the_last_goes(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looking, "KEPT", 2)
    customer_id, other, seen = new_customer(session), new_customer(session), products(session, 3)
    looking.note_look(session, other, seen[0], NOW)
    for minute, product_id in enumerate(seen):
        looking.note_look(session, customer_id, product_id, NOW + timedelta(minutes=minute))

    assert looking.list_looked_at(session, customer_id) == [seen[2], seen[1]]
    assert looking.list_looked_at(session, other) == [seen[0]]
    assert looking.clear_looks(session, customer_id) == 2
    assert looking.list_looked_at(session, customer_id) == []


def test_looks_of_two_who_are_one_are_added_up(session: Session) -> None:
    kept, gone, (both, one) = new_customer(session), new_customer(session), products(session, 2)
    looking.note_look(session, kept, both, NOW)
    looking.note_look(session, gone, both, NOW + timedelta(hours=1))
    looking.note_look(session, gone, one, NOW)

    customers.merge(session, kept, gone, NOW)

    assert looking.list_looked_at(session, kept) == [both, one]
    row = session.get_one(ProductLookedAt, (kept, both))
    assert (row.times, row.at) == (2, NOW + timedelta(hours=1))


def test_a_product_is_marked_once(session: Session) -> None:
    customer_id, (product_id,) = new_customer(session), products(session, 1)

    assert favourites.add_favourite(session, customer_id, product_id, NOW)
    assert not favourites.add_favourite(session, customer_id, product_id, NOW)

    assert favourites.list_favourites(session, customer_id) == [product_id]
    assert favourites.remove_favourite(session, customer_id, product_id)
    assert not favourites.is_favourite(session, customer_id, product_id)


def test_what_is_not_sold_is_not_marked_nor_too_much(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(favourites, "MOST", 1)
    customer_id, (first, second) = new_customer(session), products(session, 2)
    favourites.add_favourite(session, customer_id, first, NOW)

    with pytest.raises(IllegalMove):
        favourites.add_favourite(session, customer_id, second, NOW)
    with pytest.raises(NotFound):
        favourites.add_favourite(session, customer_id, 999_999, NOW)
