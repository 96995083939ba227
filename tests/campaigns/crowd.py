"""People whom campaigns write to, and campaigns, as tests need them."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlmodel import Session, col, select

from bot.campaigning.letterbox import OutboxLetterbox
from bot.kf.tables import KfSession, State
from bot.messages import BOT
from bot.tables import Conversation
from campaigns import runner
from campaigns.parts import Parts
from campaigns.ports import Broadcaster, Route
from campaigns.shapes import Send
from campaigns.tables import (
    Campaign,
    CampaignKind,
    CampaignRun,
    CampaignState,
    Delivery,
    DeliveryState,
    Purpose,
)
from commerce.customers.tables import Customer, Identity
from commerce.inserting import id_of
from tests.commerce.shop import NOW, SEALER

SHOP = "掌柜的店"
WORDS = "{称呼}，秋天的新茶到了"
PARTS = Parts(SEALER, OutboxLetterbox(SEALER), None, SHOP)
_number = count(1)


def send(text: str = WORDS, node: str = "hello", **weights: int) -> dict[str, Any]:
    """A node that says something, in one variant or in several."""
    arms = [
        {"name": name, "weight": weight, "content": {"text": f"{text}{name}"}}
        for name, weight in (weights or {"A": 100}).items()
    ]
    return Send.model_validate({"id": node, "arms": arms}).model_dump(mode="json")


def new_campaign(session: Session, **changes: Any) -> Campaign:
    """An active campaign to everybody by the official account, nobody held out."""
    given: dict[str, Any] = {
        "name": "秋茶",
        "kind": CampaignKind.ONCE,
        "purpose": Purpose.MARKETING,
        "state": CampaignState.ACTIVE,
        "plan": {"kind": "once", "at": NOW.isoformat()},
        "nodes": [send()],
        "routes": [Route.OFFICIAL_ACCOUNT.value],
        "salt": f"salt {next(_number)}",
        "created_by": "staff:1",
        "created_at": NOW,
        "updated_at": NOW,
    }
    campaign = Campaign(**{**given, **changes})
    session.add(campaign)
    session.flush()
    return campaign


def new_run(session: Session, now: datetime = NOW, **changes: Any) -> CampaignRun:
    """A run of a new campaign, just begun."""
    run = runner.begin(session, new_campaign(session, **changes), now, now)
    assert run is not None
    return run


def somebody(
    session: Session,
    *,
    route: Route = Route.OFFICIAL_ACCOUNT,
    now: datetime = NOW,
    ago: timedelta = timedelta(hours=1),
    used: int = 1,
    opened_by: str | None = "message",
    owner: str = BOT,
    unsubscribed: bool = False,
) -> int:
    """The id of a customer who wrote so long ago, and got so many answers in that window."""
    customer = Customer(
        created_at=now, last_seen_at=now, unsubscribed_at=now if unsubscribed else None
    )
    session.add(customer)
    session.flush()
    talk(session, id_of(customer), route, now - ago, used, opened_by, owner)
    return id_of(customer)


def talk(
    session: Session,
    customer_id: int,
    route: Route,
    opened_at: datetime,
    used: int = 1,
    opened_by: str | None = "message",
    owner: str = BOT,
) -> int:
    """The id of a customer's conversation with its reply window."""
    who: dict[str, Any] = {
        "channel": route.value,
        "account": "shop",
        "external_user": f"user-{next(_number)}",
    }
    session.add(Identity(**who, customer_id=customer_id, created_at=opened_at))
    found = Conversation(
        **who,
        customer_id=customer_id,
        owner=owner,
        window_opened_by=opened_by,
        window_opened_at=opened_at if opened_by else None,
        window_used=used,
        updated_at=opened_at,
    )
    session.add(found)
    session.flush()
    if route is Route.KF:
        kept = KfSession(conversation_id=id_of(found), state=State.BOT, read_at=opened_at)
        session.add(kept)
        session.flush()
    return id_of(found)


def had(session: Session, customer_id: int, times: int, at: datetime) -> None:
    """The customer got so many marketing messages at that moment."""
    for _ in range(times):
        run = new_run(session, at)
        session.add(
            Delivery(
                campaign_id=run.campaign_id,
                run_id=id_of(run),
                node="hello",
                recipient=f"c:{customer_id}",
                customer_id=customer_id,
                state=DeliveryState.SENT,
                planned_at=at,
            )
        )
    session.flush()


def states(session: Session, run: CampaignRun) -> dict[int | None, tuple[str, str]]:
    """What became of each customer of a run: state and reason."""
    session.flush()
    session.expire_all()
    rows = select(Delivery).where(Delivery.run_id == run.id).order_by(col(Delivery.id))
    return {each.customer_id: (each.state, each.reason) for each in session.exec(rows)}


def with_broadcaster(broadcaster: Broadcaster) -> Parts:
    """The same ways to customers, and mass tasks besides."""
    return Parts(SEALER, OutboxLetterbox(SEALER), broadcaster, SHOP)
