"""A send as a real customer will see it, by each of its routes, and whether it reaches them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from campaigns import drawing, limits
from campaigns.composer import TEXT_BYTES, Composed, Marks, compose, compose_task
from campaigns.drafting_rules import ROUTE_NAMES
from campaigns.limits import Reason, Wanted
from campaigns.parts import Parts
from campaigns.ports import Route
from campaigns.shapes import Send
from campaigns.tables import Audience, Campaign

MARKS = Marks("preview")
"""What a preview's cards carry: no campaign's touch, so that opening one counts for nobody."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What is shown by one route. `limit` is 0 where the route has none of its own."""

    route: Route
    name: str
    text: str
    size: int
    """Bytes of the words."""
    limit: int


@dataclass(frozen=True, slots=True)
class Preview:
    """A send before it leaves. `reason` says why this customer would get nothing now."""

    arm: str
    composed: Composed
    seen: Sequence[Seen]
    reason: Reason | None


def preview(
    session: Session,
    parts: Parts,
    campaign: Campaign,
    send: Send,
    customer_id: int,
    now: datetime,
    arm: str = "",
) -> Preview:
    """As this customer would see it: the arm that is drawn for them, or the one asked for.

    Raises NothingToShow for an attachment that is gone.
    """
    drawn = drawing.arm_of(campaign.salt, send.arms, customer_id)
    chosen = next((each for each in send.arms if each.name == arm), drawn)
    routes = Wanted.of(campaign).routes
    composed = compose(
        session, parts.sealer, chosen.content, customer_id, MARKS, parts.shop_name, now
    )
    shared = compose_task(session, chosen.content, MARKS, parts.shop_name, now)
    texts = {**composed.texts, **shared.texts}
    seen = [_seen(route, texts[route]) for route in routes if route in texts]
    if Route.SUBSCRIPTION in routes:
        seen.append(_seen(Route.SUBSCRIPTION, "\n".join(composed.notice.values())))
    reason = limits.judge(session, parts, Wanted.of(campaign), customer_id, now)
    return Preview(chosen.name, composed, seen, reason)


def preview_shared(
    session: Session, parts: Parts, campaign: Campaign, send: Send, now: datetime
) -> Preview:
    """As members of groups, or friends, will see it: the same for all of them."""
    if campaign.audience == Audience.CUSTOMERS:
        raise ValueError("customers are previewed one by one")
    arm = send.arms[0]
    composed = compose_task(session, arm.content, MARKS, parts.shop_name, now)
    return Preview(arm.name, composed, [_seen(Route.MASS, composed.texts[Route.MASS])], None)


def _seen(route: Route, text: str) -> Seen:
    limit = TEXT_BYTES.get(route, 0)
    return Seen(route, ROUTE_NAMES[route], text, len(text.encode()), limit)
