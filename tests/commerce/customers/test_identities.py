"""Knowing customers again, and finding out that two are one."""

from datetime import timedelta

import pytest
from sqlmodel import Session, col, func, select

from commerce import customers
from commerce.customers.addresses import last_address, save_address
from commerce.customers.tables import Customer
from commerce.errors import InvalidInput, NotFound
from commerce.inserting import id_of
from commerce.ordering import cart
from commerce.ordering.lines import MOST_PIECES
from commerce.ordering.orders import get_order
from tests.commerce.shop import (
    ADDRESS,
    NOW,
    SEALER,
    events,
    new_customer,
    place,
    put_on_sale,
)

LATER = NOW + timedelta(hours=1)


def follower(session: Session, openid: str = "o-1", **more: object) -> Customer:
    return customers.identify(session, "official_account", "gh_1", openid, NOW, **more)  # type: ignore[arg-type]


def visitor(session: Session, openid: str = "m-1", **more: object) -> Customer:
    return customers.identify(session, "mini_program", "wx_1", openid, LATER, **more)  # type: ignore[arg-type]


def count_customers(session: Session) -> int:
    return session.exec(
        select(func.count()).select_from(Customer).where(col(Customer.merged_into_id).is_(None))
    ).one()


def test_a_user_is_the_same_customer_every_time(session: Session) -> None:
    assert follower(session).id == follower(session).id
    assert count_customers(session) == 1


def test_channel_account_and_user_together_name_a_customer(session: Session) -> None:
    found = {
        customers.identify(session, *who, NOW).id
        for who in (
            ("official_account", "gh_1", "o-1"),
            ("official_account", "gh_2", "o-1"),
            ("official_account", "gh_1", "o-2"),
            ("mini_program", "gh_1", "o-1"),
        )
    }

    assert len(found) == 4


def test_a_customer_was_seen_when_last_identified(session: Session) -> None:
    follower(session)

    seen = customers.identify(session, "official_account", "gh_1", "o-1", LATER)
    assert (seen.created_at, seen.last_seen_at) == (NOW, LATER)
    assert follower(session).last_seen_at == LATER  # An old message does not turn time back.


def test_following_is_remembered_until_it_ends(session: Session) -> None:
    def follows() -> bool:
        (identity,) = customers.list_identities(session, id_of(customer))
        return identity.follows

    customer = follower(session, follows=True)
    follower(session)
    assert follows()
    follower(session, follows=False)
    assert not follows()


@pytest.mark.parametrize("openid", ["", "o" * 129])
def test_an_odd_user_is_refused(session: Session, openid: str) -> None:
    with pytest.raises(InvalidInput):
        follower(session, openid)


def test_a_known_unionid_brings_a_new_channel_to_the_same_customer(session: Session) -> None:
    customer = follower(session, unionid="u-1")

    assert visitor(session, unionid="u-1").id == customer.id
    assert count_customers(session) == 1
    assert events(session) == []


def test_a_unionid_learned_later_makes_two_customers_one(session: Session) -> None:
    older, younger = follower(session), visitor(session, unionid="u-1")
    assert older.id != younger.id

    joined = customers.link_unionid(
        session,
        channel="official_account",
        account="gh_1",
        external_user="o-1",
        unionid="u-1",
        now=LATER,
    )

    assert joined.id == older.id == visitor(session).id
    assert customers.get_customer(session, id_of(younger)).id == older.id
    assert count_customers(session) == 1
    (event,) = events(session, "customers_merged")
    assert event.subject == {"customer_id": older.id, "gone_id": younger.id}


def test_an_unknown_user_has_no_unionid_to_learn(session: Session) -> None:
    with pytest.raises(NotFound):
        customers.link_unionid(
            session,
            channel="official_account",
            account="gh_1",
            external_user="o-404",
            unionid="u-1",
            now=NOW,
        )


def test_a_merged_customer_keeps_carts_orders_and_addresses(session: Session) -> None:
    kept, gone = new_customer(session), new_customer(session)
    slippers, cup = put_on_sale(session), put_on_sale(session, "水杯")
    cart.add(session, kept, slippers, 1, NOW)
    cart.add(session, gone, slippers, 2, NOW)
    cart.add(session, gone, cup, 3, NOW)
    order = place(session, gone, {cup: 1})
    save_address(session, SEALER, gone, ADDRESS, LATER)

    customers.merge(session, kept, gone, NOW)

    assert get_order(session, kept, order.order_no).id == order.id
    assert last_address(session, SEALER, kept) == ADDRESS
    lines = {line.variant_id: line.quantity for line in cart.view(session, kept).lines}
    assert lines == {slippers: 3, cup: 2}
    assert cart.view(session, gone).lines == ()


def test_summed_lines_keep_to_the_limit(session: Session) -> None:
    kept, gone = new_customer(session), new_customer(session)
    slippers = put_on_sale(session, pieces=MOST_PIECES)
    for customer in (kept, gone):
        cart.add(session, customer, slippers, 600, NOW)

    customers.merge(session, kept, gone, NOW)

    assert cart.view(session, kept).pieces == MOST_PIECES


def test_merging_again_or_backwards_changes_nothing(session: Session) -> None:
    kept, gone = new_customer(session), new_customer(session)

    for pair in ((kept, gone), (kept, gone), (gone, kept), (kept, kept)):
        assert customers.merge(session, *pair, NOW).id == kept

    assert len(events(session, "customers_merged")) == 1


def test_merges_are_followed_to_the_end(session: Session) -> None:
    first, second, third = (new_customer(session) for _ in range(3))

    customers.merge(session, second, third, NOW)
    customers.merge(session, first, third, NOW)  # Who third is now: second.

    assert {customers.get_customer(session, each).id for each in (first, second, third)} == {first}


def test_the_ids_of_a_customer_are_their_own_and_of_all_merged_into_them(session: Session) -> None:
    first, second, third, other = (new_customer(session) for _ in range(4))

    customers.merge(session, second, third, NOW)
    customers.merge(session, first, second, NOW)

    for each in (first, second, third):
        assert customers.ids_of(session, each) == {first, second, third}
    assert customers.ids_of(session, other) == {other}


def test_orders_under_the_same_key_survive_a_merge(session: Session) -> None:
    kept, gone, slippers = new_customer(session), new_customer(session), put_on_sale(session)
    orders = [
        place(session, customer, {slippers: 1}, idempotency_key="k") for customer in (kept, gone)
    ]

    customers.merge(session, kept, gone, NOW)

    assert {get_order(session, kept, order.order_no).id for order in orders} == {
        order.id for order in orders
    }
    again = place(session, kept, {slippers: 1}, idempotency_key="k")
    assert again.id == orders[0].id


def test_a_no_to_messages_survives_a_merge(session: Session) -> None:
    kept, gone = new_customer(session), new_customer(session)
    refusing = customers.get_customer(session, gone)
    refusing.unsubscribed_at = NOW
    session.add(refusing)

    assert customers.merge(session, kept, gone, LATER).unsubscribed_at == NOW


def test_nobody_is_merged_with_nobody(session: Session) -> None:
    assert customers.find_customer(session, 404) is None
    with pytest.raises(NotFound):
        customers.merge(session, new_customer(session), 404, NOW)
