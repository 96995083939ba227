"""Two customers prove to be one: campaigns know them as one from then on."""

from sqlmodel import Session, SQLModel

from campaigns import models
from campaigns.attribution.tables import CampaignVisit
from campaigns.joining import MOVED, follow_merge
from campaigns.tables import Delivery
from commerce.inserting import id_of
from tests.campaigns.campaigning import delivery_of, running_campaign
from tests.commerce.shop import NOW, new_customer

MODULES = (models.tables, models.segment_tables, models.attribution, models.journeys, models.mass)


def test_every_table_of_campaigns_that_knows_customers_follows() -> None:
    ours = {
        table.name
        for table in SQLModel.metadata.tables.values()
        if "customer_id" in table.c
        and any(
            getattr(model, "__tablename__", "") == table.name
            for module in MODULES
            for model in vars(module).values()
        )
    }

    assert ours == {str(table.__tablename__) for table in MOVED}


def test_what_was_sent_to_either_was_sent_to_who_stays(session: Session) -> None:
    kept_id, gone_id = new_customer(session), new_customer(session)
    run = running_campaign(session, NOW)
    deliveries = [id_of(delivery_of(session, run, each, NOW)) for each in (kept_id, gone_id)]
    visit = CampaignVisit(
        campaign_id=run.campaign_id,
        run_id=id_of(run),
        node="s1",
        arm="A",
        customer_id=gone_id,
        page="pages/index/index",
        subject="",
        at=NOW,
    )
    session.add(visit)
    session.flush()

    follow_merge(session, kept_id, gone_id)

    session.expire_all()
    assert [session.get_one(Delivery, each).customer_id for each in deliveries] == [kept_id] * 2
    assert session.get_one(CampaignVisit, visit.id).customer_id == kept_id
