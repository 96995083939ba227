"""Who asks is told once: of a lower price, of new stock, and of nothing else."""

from datetime import timedelta

import pytest
from sqlmodel import Session

from commerce import customers
from commerce.catalogue import stock
from commerce.catalogue.tables import Variant
from commerce.customers import subscription
from commerce.errors import IllegalMove, NotFound
from commerce.inserting import id_of
from commerce.promotions.tables import TimedDiscount, TimedPrice
from commerce.watching import watches
from commerce.watching.prices import price_now
from commerce.watching.tables import WatchKind
from tests.commerce.shop import NOW, SEALER, new_customer, put_on_sale

pytestmark = pytest.mark.database
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def product_of(session: Session, variant_id: int) -> int:
    return session.get_one(Variant, variant_id).product_id


def costs(session: Session, variant_id: int, price: int) -> None:
    variant = session.get_one(Variant, variant_id)
    variant.price = price
    session.add(variant)
    session.flush()


def wants(session: Session, variant_id: int, kind: WatchKind = WatchKind.PRICE_DROP) -> int:
    """The id of the customer who asks."""
    customer_id = new_customer(session)
    assert watches.ask(session, customer_id, product_of(session, variant_id), kind, NOW)
    return customer_id


def told(session: Session, after: timedelta = MINUTE) -> list[int]:
    """Ids of the customers who are told in one round."""
    now = NOW + after
    claimed = [watches.claim(session, each, now) for each in watches.list_due(session, now)]
    return [watch.customer_id for watch in claimed if watch is not None]


def test_a_lower_price_is_told_once_to_each_who_asked(session: Session) -> None:
    slippers, cup = put_on_sale(session), put_on_sale(session, "水杯")
    asked = [wants(session, slippers), wants(session, slippers)]
    wants(session, cup)
    assert told(session) == []

    costs(session, slippers, 3800)

    assert told(session) == asked
    costs(session, slippers, 3700)
    assert told(session) == []


def test_a_price_that_rose_or_stayed_is_not_told(session: Session) -> None:
    slippers = put_on_sale(session)
    wants(session, slippers)

    costs(session, slippers, 4000)
    assert told(session) == []
    costs(session, slippers, 3900)
    assert told(session) == []


def test_a_discount_that_begins_lowers_the_price(session: Session) -> None:
    slippers = put_on_sale(session)
    asked = wants(session, slippers)
    discount = TimedDiscount(key="d", name="限时", starts_at=NOW + HOUR, updated_at=NOW)
    session.add(discount)
    session.flush()
    session.add(TimedPrice(discount_id=id_of(discount), variant_id=slippers, price=2900))
    session.flush()

    assert told(session) == []
    assert told(session, HOUR) == [asked]
    assert price_now(session, product_of(session, slippers), NOW + HOUR) == 2900


def test_a_lower_price_of_what_is_sold_out_waits_for_stock(session: Session) -> None:
    slippers = put_on_sale(session, pieces=0)
    asked = wants(session, slippers)
    costs(session, slippers, 100)
    assert told(session) == []

    stock.correct(session, slippers, 1, "correction", NOW)

    assert told(session) == [asked]


def test_new_stock_is_told_once(session: Session) -> None:
    slippers = put_on_sale(session, pieces=0)
    asked = wants(session, slippers, WatchKind.BACK_IN_STOCK)
    assert told(session) == []

    stock.correct(session, slippers, 3, "correction", NOW)

    assert (told(session), told(session)) == ([asked], [])


def test_nobody_waits_for_what_is_there_or_for_what_is_not_sold(session: Session) -> None:
    slippers, hidden = put_on_sale(session), put_on_sale(session, "旧款", on_sale=False)
    customer_id = new_customer(session)

    with pytest.raises(IllegalMove):
        watches.ask(
            session, customer_id, product_of(session, slippers), WatchKind.BACK_IN_STOCK, NOW
        )
    with pytest.raises(NotFound):
        watches.ask(session, customer_id, product_of(session, hidden), WatchKind.PRICE_DROP, NOW)


def test_asking_twice_is_asking_once_and_after_the_news_it_is_asking_anew(
    session: Session,
) -> None:
    slippers = put_on_sale(session)
    asked = wants(session, slippers)
    product_id = product_of(session, slippers)
    assert not watches.ask(session, asked, product_id, WatchKind.PRICE_DROP, NOW)
    costs(session, slippers, 3000)
    assert told(session) == [asked]

    assert watches.ask(session, asked, product_id, WatchKind.PRICE_DROP, NOW)
    assert told(session) == []
    costs(session, slippers, 2000)
    assert told(session) == [asked]


def test_who_withdrew_is_not_told(session: Session) -> None:
    slippers = put_on_sale(session)
    asked = wants(session, slippers)

    assert watches.withdraw(session, asked, product_of(session, slippers), WatchKind.PRICE_DROP)

    costs(session, slippers, 100)
    assert told(session) == []


def test_who_said_no_to_messages_is_not_told_unless_they_ask_after_that(session: Session) -> None:
    slippers, cup = put_on_sale(session), put_on_sale(session, "水杯")
    asked = wants(session, slippers)
    said = {"channel": "wecom", "words": "退订", "now": NOW}
    subscription.unsubscribe(session, SEALER, asked, **said)  # type: ignore[arg-type]
    costs(session, slippers, 100)
    assert told(session) == []

    later, cups = NOW + MINUTE, product_of(session, cup)
    watches.ask(session, asked, cups, WatchKind.PRICE_DROP, later)
    costs(session, cup, 100)
    assert told(session) == [asked]


def test_who_proves_to_be_one_person_is_told_once(session: Session) -> None:
    slippers = put_on_sale(session)
    kept, gone = wants(session, slippers), wants(session, slippers)

    customers.merge(session, kept, gone, NOW)

    costs(session, slippers, 100)
    assert told(session) == [kept]


def test_a_watch_without_a_way_is_looked_at_again_later(session: Session) -> None:
    slippers = put_on_sale(session)
    asked = wants(session, slippers)
    costs(session, slippers, 100)
    (watch_id,) = watches.list_due(session, NOW)
    assert watches.claim(session, watch_id, NOW) is not None

    watches.put_off(session, watch_id, NOW)

    assert told(session) == []
    assert told(session, watches.TRIED_AGAIN) == [asked]


def test_what_is_no_longer_true_is_not_claimed(session: Session) -> None:
    slippers = put_on_sale(session)
    wants(session, slippers)
    costs(session, slippers, 100)
    (watch_id,) = watches.list_due(session, NOW)

    costs(session, slippers, 5000)

    assert watches.claim(session, watch_id, NOW) is None


def test_only_so_much_is_waited_for(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watches, "MOST", 1)
    asked = wants(session, put_on_sale(session))

    with pytest.raises(IllegalMove):
        watches.ask(
            session,
            asked,
            product_of(session, put_on_sale(session, "水杯")),
            WatchKind.PRICE_DROP,
            NOW,
        )


def test_a_claim_prices_one_product_alone(session: Session) -> None:
    for each in range(3):
        variant = put_on_sale(session, f"拖鞋{each}")
        product = session.get_one(Variant, variant).product_id
        watches.ask(session, new_customer(session), product, WatchKind.PRICE_DROP, NOW)
        session.get_one(Variant, variant).price = 100
    due = watches.list_due(session, NOW)
    assert len(due) == 3

    asked = str(watches._due(NOW, due[0]).compile(compile_kwargs={"literal_binds": True}))
    claimed = watches.claim(session, due[0], NOW)

    assert asked.count(f"product_watch.id = {due[0]}") == 2
    assert claimed is not None
    assert watches.list_due(session, NOW) == due[1:]
