"""Opening a campaign's card in the mini-program."""

from sqlmodel import Session, select

from bot.clock import FrozenClock
from bot.database import Database
from bot.tables import LoginSession
from campaigns.attribution.tables import CampaignVisit
from campaigns.touches import touch_of_delivery
from miniprogram_cards.paths import PRODUCT_PAGE, CardPath, build
from tests.bot.api.phone import Phone
from tests.campaigns.campaigning import delivery_of, running_campaign


def alice(session: Session) -> int:
    """The id of whose phone it is."""
    return session.exec(select(LoginSession.customer_id)).one()


async def test_a_card_that_is_opened_counts_once_for_its_campaign(
    phone: Phone, database: Database, frozen_clock: FrozenClock
) -> None:
    now = frozen_clock.now()
    with database.writing() as session:
        run = running_campaign(session, now)
        delivery = delivery_of(session, run, alice(session), now)
        source = touch_of_delivery(delivery.id or 0)
    path = build(CardPath(PRODUCT_PAGE, "12", source, "abc"))

    answers = [await phone.post("/card-visits", {"path": path}) for _ in range(2)]

    assert [each.json["is_noted"] for each in answers] == [True, False]
    with database.reading() as session:
        visit = session.exec(select(CampaignVisit)).one()
    assert (visit.page, visit.subject, visit.promoter) == (PRODUCT_PAGE, "12", "abc")
    assert (visit.delivery_id, visit.run_id, visit.node) == (delivery.id, run.id, "s1")


async def test_a_card_of_nobody_is_no_visit(phone: Phone, database: Database) -> None:
    paths = ["pages/product/index?id=1&source=chat", "pages/product/index?id=1&source=cp-dzzz"]

    answers = [await phone.post("/card-visits", {"path": each}) for each in paths]

    assert [each.json["is_noted"] for each in answers] == [False, False]
    with database.reading() as session:
        assert session.exec(select(CampaignVisit)).all() == []


async def test_a_path_that_leads_nowhere_is_refused_with_its_field(phone: Phone) -> None:
    answer = await phone.post("/card-visits", {"path": "pages/elsewhere?id=1"})

    assert answer.status == 400
    assert answer.json["error"]["field"] == "path"
