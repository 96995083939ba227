"""The address book: each address once, one default at most, nobody else's."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from commerce import customers
from commerce.customers.address_book import (
    MOST_ADDRESSES,
    BookAddress,
    add_to_book,
    change_in_book,
    default_region,
    find_default,
    get_in_book,
    list_book,
    make_default,
    remove_from_book,
)
from commerce.customers.addresses import AddressInput, save_address
from commerce.customers.tables import Address
from commerce.errors import IllegalMove, InvalidInput, NotFound
from tests.commerce.shop import ADDRESS, NOW, SEALER, new_customer

OFFICE = AddressInput("李四", "13900139000", "江苏南京鼓楼", "中山北路100号")
IN_FULL = replace(OFFICE, region="江苏省 南京市 鼓楼区")


def added(
    session: Session, customer_id: int, address: AddressInput, hours: int = 0, **choice: bool
) -> BookAddress:
    now = NOW + timedelta(hours=hours)
    return add_to_book(session, SEALER, customer_id, address, now, **choice)


def book(session: Session, customer_id: int) -> list[tuple[AddressInput, bool]]:
    kept = list_book(session, SEALER, customer_id)
    return [(each.address, each.is_default) for each in kept]


@pytest.mark.database
def test_the_first_is_the_default_and_stands_first(session: Session) -> None:
    alice = new_customer(session)
    added(session, alice, ADDRESS)
    added(session, alice, OFFICE, 1)

    assert book(session, alice) == [(ADDRESS, True), (IN_FULL, False)]
    assert default_region(session, alice) == ADDRESS.region


@pytest.mark.database
def test_there_is_one_default_at_most(session: Session) -> None:
    alice, bob = new_customer(session), new_customer(session)
    home, office = added(session, alice, ADDRESS), added(session, alice, OFFICE, 1)
    added(session, bob, ADDRESS)

    make_default(session, alice, office.id)
    assert book(session, alice) == [(IN_FULL, True), (ADDRESS, False)]
    added(session, alice, replace(ADDRESS, detail="文三路 9 号"), 2, is_default=True)
    assert [is_default for _, is_default in book(session, alice)] == [True, False, False]
    assert book(session, bob) == [(ADDRESS, True)]

    row = session.get_one(Address, home.id)
    row.is_default = True
    session.add(row)
    with pytest.raises(IntegrityError):
        session.flush()


def test_the_same_again_is_the_one_that_is_there(session: Session) -> None:
    alice = new_customer(session)
    office = added(session, alice, OFFICE)

    again = added(session, alice, IN_FULL, 1)

    assert again.id == office.id
    assert len(session.exec(select(Address)).all()) == 1


def test_without_a_default_the_last_used_is_meant(session: Session) -> None:
    alice = new_customer(session)
    assert (find_default(session, SEALER, alice), default_region(session, alice)) == (None, None)
    save_address(session, SEALER, alice, ADDRESS, NOW)
    save_address(session, SEALER, alice, OFFICE, NOW + timedelta(hours=1))

    kept = find_default(session, SEALER, alice)

    assert kept is not None
    assert (kept.address, kept.is_default) == (IN_FULL, False)
    assert default_region(session, alice) == IN_FULL.region


def test_a_full_book_takes_no_more_but_knows_what_it_has(session: Session) -> None:
    alice = new_customer(session)
    for number in range(MOST_ADDRESSES):
        added(session, alice, replace(ADDRESS, detail=f"文三路 {number} 号"), number)

    with pytest.raises(IllegalMove, match="最多存20个"):
        added(session, alice, OFFICE)
    assert added(session, alice, replace(ADDRESS, detail="文三路 3 号")).address.detail


def test_no_more_of_a_long_book_is_opened_than_is_shown(session: Session) -> None:
    alice = new_customer(session)
    for number in range(MOST_ADDRESSES + 1):
        each = replace(ADDRESS, detail=f"文三路 {number} 号")
        save_address(session, SEALER, alice, each, NOW + timedelta(hours=number))
    first = session.exec(select(Address).order_by(col(Address.id)).limit(1)).one()
    first.detail_sealed = b"no seal"
    session.add(first)
    session.flush()

    assert len(list_book(session, SEALER, alice)) == MOST_ADDRESSES


@pytest.mark.database
def test_an_address_is_written_anew_under_its_number(session: Session) -> None:
    alice = new_customer(session)
    home, _ = added(session, alice, ADDRESS), added(session, alice, OFFICE)
    moved = replace(ADDRESS, phone="13700137000", detail="文一路 5 号")

    changed = change_in_book(session, SEALER, alice, home.id, moved, NOW)
    assert (changed.id, changed.address, changed.is_default) == (home.id, moved, True)
    off = change_in_book(session, SEALER, alice, home.id, moved, NOW, is_default=False)
    assert not off.is_default
    on = change_in_book(session, SEALER, alice, home.id, moved, NOW, is_default=True)

    assert on.is_default
    assert get_in_book(session, SEALER, alice, home.id).address == moved
    with pytest.raises(InvalidInput):
        change_in_book(session, SEALER, alice, home.id, replace(moved, phone="1"), NOW)


def test_what_is_removed_is_gone_with_its_copies(session: Session) -> None:
    alice, other = new_customer(session), new_customer(session)
    home = added(session, alice, ADDRESS)
    added(session, alice, OFFICE)
    added(session, other, ADDRESS)
    customers.merge(session, alice, other, NOW)
    assert len(session.exec(select(Address)).all()) == 3

    remove_from_book(session, SEALER, alice, home.id)

    assert book(session, alice) == [(IN_FULL, False)]
    assert len(session.exec(select(Address)).all()) == 1


def test_nobody_touches_the_book_of_another(session: Session) -> None:
    alice, mallory = new_customer(session), new_customer(session)
    home = added(session, alice, ADDRESS)

    for deed in (
        lambda: get_in_book(session, SEALER, mallory, home.id),
        lambda: change_in_book(session, SEALER, mallory, home.id, OFFICE, NOW),
        lambda: remove_from_book(session, SEALER, mallory, home.id),
        lambda: make_default(session, mallory, home.id),
    ):
        with pytest.raises(NotFound):
            deed()
    assert book(session, alice) == [(ADDRESS, True)]


@pytest.mark.database
@pytest.mark.parametrize("kept_has_one", [True, False])
def test_of_two_defaults_that_of_who_stays_is_kept(session: Session, *, kept_has_one: bool) -> None:
    kept, gone = new_customer(session), new_customer(session)
    if kept_has_one:
        added(session, kept, ADDRESS)
    else:
        save_address(session, SEALER, kept, ADDRESS, NOW)
    added(session, gone, OFFICE, 1)

    customers.merge(session, kept, gone, NOW)

    first, second = book(session, kept)
    assert first == ((ADDRESS, True) if kept_has_one else (IN_FULL, True))
    assert second[1] is False
