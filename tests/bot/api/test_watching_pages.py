"""Favourites, history and what is waited for, in the mini-program."""

from bot.clock import FrozenClock
from bot.database import Database
from commerce.catalogue.tables import Variant
from tests.bot.api.conftest import NewPhone
from tests.bot.api.phone import Phone
from tests.commerce.shop import put_on_sale


async def product(database: Database, title: str, pieces: int = 10) -> int:
    with database.writing() as session:
        return session.get_one(Variant, put_on_sale(session, title, pieces=pieces)).product_id


async def test_a_heart_is_on_until_it_is_taken_off(phone: Phone, database: Database) -> None:
    slippers = await product(database, "云朵拖鞋")

    for _ in range(2):
        marked = await phone.call("PUT", f"/favourites/{slippers}")
        assert (marked.status, marked.json["is_favourite"]) == (200, True)
    shelf = (await phone.get("/favourites")).json["items"]
    assert [each["title"] for each in shelf] == ["云朵拖鞋"]

    taken = await phone.call("DELETE", f"/favourites/{slippers}")
    assert taken.json["is_favourite"] is False
    assert (await phone.get("/favourites")).json["items"] == []


async def test_an_opened_product_is_in_the_history_of_its_visitor_alone(
    new_phone: NewPhone, database: Database, frozen_clock: FrozenClock
) -> None:
    alice, bob = await new_phone("o-alice"), await new_phone("o-bob")
    first, second = await product(database, "云朵拖鞋"), await product(database, "水杯")
    for each in (first, second):
        await alice.get(f"/products/{each}")
        frozen_clock.advance(minutes=1)

    seen = (await alice.get("/history")).json["items"]

    assert [each["id"] for each in seen] == [second, first]
    assert (await bob.get("/history")).json["items"] == []
    assert (await alice.call("DELETE", "/history")).json == {"count": 2}
    assert (await alice.get("/history")).json["items"] == []


async def test_a_watch_is_asked_for_listed_and_withdrawn(phone: Phone, database: Database) -> None:
    sold_out = await product(database, "云朵拖鞋", pieces=0)

    for kind in ("price_drop", "back_in_stock"):
        asked = await phone.call("PUT", f"/watches/{sold_out}/{kind}")
        assert asked.status == 200
    both = (await phone.get(f"/products/{sold_out}/attention")).json["watches"]
    assert both == ["back_in_stock", "price_drop"]
    listed = (await phone.get("/watches")).json["items"]
    assert {(each["kind"], each["price"]) for each in listed} == {
        ("price_drop", 3900),
        ("back_in_stock", 3900),
    }

    left = await phone.call("DELETE", f"/watches/{sold_out}/price_drop")
    assert left.json["watches"] == ["back_in_stock"]


async def test_what_is_in_stock_is_not_waited_for(phone: Phone, database: Database) -> None:
    slippers = await product(database, "云朵拖鞋")

    refused = await phone.call("PUT", f"/watches/{slippers}/back_in_stock")
    unknown = await phone.call("PUT", f"/watches/{slippers}/anything")

    assert (refused.status, refused.error["code"]) == (409, "illegal_move")
    assert unknown.status == 404
