"""Live streams in the mini-program, and coming to it by a code."""

from datetime import timedelta

from sqlmodel import Session, select

from bot.clock import FrozenClock
from bot.database import Database
from bot.tables import LoginSession
from commerce.catalogue.tables import Variant
from commerce.distribution import promoters
from commerce.live import reminding
from commerce.sources.codes import add_code
from commerce.sources.coming import came_by
from commerce.sources.tables import CodeKind
from tests.bot.api.phone import Phone
from tests.commerce.live.streams import stream_id
from tests.commerce.shop import new_customer, put_on_sale

HOUR = timedelta(hours=1)


def alice(session: Session) -> int:
    """The id of whose phone it is."""
    return session.exec(select(LoginSession.customer_id)).one()


async def test_the_running_stream_comes_first_with_what_it_shows(
    phone: Phone, database: Database, frozen_clock: FrozenClock
) -> None:
    now = frozen_clock.now()
    with database.writing() as session:
        variant = session.get_one(Variant, put_on_sale(session, "云朵拖鞋", price=3900))
        later = stream_id(session, now + 8 * HOUR, title="晚场")
        running = stream_id(session, now - HOUR, title="早场", products=(variant.product_id,))
        reminding.agree(session, later, alice(session), now)

    first, second = (await phone.get("/live")).json["items"]

    assert (first["id"], first["is_running"], first["is_reminded"]) == (running, True, False)
    (item,) = first["items"]
    assert (item["position"], item["title"], item["price"]) == (1, "云朵拖鞋", 3900)
    assert (second["id"], second["is_running"], second["is_reminded"]) == (later, False, True)
    assert second["items"] == []


async def test_a_visit_by_a_source_code_is_counted(
    phone: Phone, database: Database, frozen_clock: FrozenClock
) -> None:
    with database.writing() as session:
        add_code(session, "card", name="感谢卡", kind=CodeKind.MINI, now=frozen_clock.now())

    answers = [await phone.post("/visits", {"scene": each}) for each in ("src_card", "src_no", "x")]

    assert [each.json for each in answers] == [
        {"kind": "source", "is_noted": True},
        {"kind": "source", "is_noted": False},
        {"kind": "other", "is_noted": False},
    ]
    with database.reading() as session:
        assert came_by(session, alice(session), frozen_clock.now()) == "card"


async def test_a_visit_by_a_promoters_code_binds_the_caller(
    phone: Phone, database: Database, frozen_clock: FrozenClock
) -> None:
    with database.writing() as session:
        promoter = promoters.appoint(
            session,
            new_customer(session),
            actor="agent:1",
            reason="test",
            now=frozen_clock.now(),
        )

    bound = await phone.post("/visits", {"scene": f"p_{promoter.code}"})
    unknown = await phone.post("/visits", {"scene": "p_NOBODY"})

    assert bound.json == {"kind": "promoter", "is_noted": True}
    assert unknown.json == {"kind": "promoter", "is_noted": False}


async def test_a_scene_that_no_code_can_hold_is_refused_and_a_stranger_is_not_noted(
    phone: Phone, stranger: Phone
) -> None:
    assert (await phone.post("/visits", {"scene": "s" * 65})).status == 400
    assert (await stranger.post("/visits", {"scene": "src_card"})).status == 401
