"""Whether somebody may be written to: the one place that says so, asked before every send.

The limits stand in the order in which they count: who is held back by several is held back by the
first. One expression serves the planner and the preview, so that both always say the same.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Self

from sqlalchemy import ColumnElement, and_, case, false, func, literal, not_, or_, select, true
from sqlmodel import Session, SQLModel

from campaigns import drawing
from campaigns.mass import cap
from campaigns.parts import Parts
from campaigns.ports import SERVICE_ONLY, Route
from campaigns.segment_tables import Segment
from campaigns.segments import asking
from campaigns.segments.rules import read_rule
from campaigns.tables import Campaign, CampaignRun, CampaignTerms, Delivery, DeliveryState, Purpose
from campaigns.terms import get_terms, quiet_ends_at
from commerce.customers.tables import Customer
from commerce.inserting import core

WEEK: Final = timedelta(days=7)
OPEN: Final = "open"
"""The verdict on who may be written to."""
COUNTED: Final = (
    DeliveryState.GATHERED,
    DeliveryState.POSTED,
    DeliveryState.SENT,
    DeliveryState.UNKNOWN,
)
"""Deliveries that reach the customer, or may: the frequency cap counts them."""


class Reason(StrEnum):
    """Why somebody gets nothing, or not yet."""

    UNSUBSCRIBED = "unsubscribed"
    UNREACHABLE = "unreachable"
    """None of the routes leads to them: never seen there, unfollowed, deleted."""
    QUIET_HOURS = "quiet_hours"
    FREQUENCY = "frequency"
    """They had as many marketing messages within a week as the shop allows itself."""
    HOLDOUT = "holdout"
    PLATFORM_CAP = "platform_cap"
    """WeCom lets them have no more mass messages for now."""
    NO_ROUTE = "no_route"
    """No reply window is open, no subscription is left."""
    STOPPED = "stopped"
    """The run was stopped before it left."""
    TAKEN_OVER = "taken_over"
    """A person had begun to talk with them."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the limits say of a customer."""

    reason: Reason | None
    """Why they get nothing; None if they may be written to."""
    by_mass: bool = False
    """Whether a mass task may have them."""


BEFORE_THE_LOT: Final = frozenset(
    {Reason.UNSUBSCRIBED, Reason.UNREACHABLE, Reason.QUIET_HOURS, Reason.FREQUENCY}
)
"""Who is held back by one of these is neither of those who get it nor of those left out by lot."""
NOBODY: Final = Verdict(Reason.UNREACHABLE)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be sent, as far as limits ask."""

    routes: Sequence[Route]
    """Those that the purpose allows, in the order in which they are tried."""
    is_marketing: bool
    holdout_percent: int
    salt: str

    @classmethod
    def of(cls, campaign: Campaign, routes: Sequence[str] | None = None) -> Self:
        """Of a campaign; `routes` as a run froze them."""
        is_marketing = campaign.purpose == Purpose.MARKETING
        named = [Route(each) for each in (campaign.routes if routes is None else routes)]
        allowed = [each for each in named if not (is_marketing and each in SERVICE_ONLY)]
        return cls(tuple(allowed), is_marketing, campaign.holdout_percent, campaign.salt)


def judge(
    session: Session, parts: Parts, wanted: Wanted, customer_id: int, now: datetime
) -> Reason | None:
    """Why a customer may not be written to; None if they may."""
    found = verdicts(session, parts, wanted, [customer_id], now).get(customer_id, NOBODY)
    return found.reason


def verdicts(
    session: Session, parts: Parts, wanted: Wanted, customer_ids: Collection[int], now: datetime
) -> Mapping[int, Verdict]:
    """The same of several customers, in one statement; those whom nobody knows are missing."""
    asked = _Asked.of(parts, wanted, get_terms(session), now)
    statement = select(_CUSTOMER.c.id, asked.verdict, asked.by_mass)
    rows = core(session).execute(statement.where(_CUSTOMER.c.id.in_(customer_ids)))
    return {
        customer_id: Verdict(None if said == OPEN else Reason(said), bool(by_mass))
        for customer_id, said, by_mass in rows
    }


def tally(
    session: Session, parts: Parts, campaign: Campaign | CampaignRun, now: datetime
) -> Mapping[str, int]:
    """How many customers would be held back by each limit, and how many are `open`.

    Of a campaign its segment as it is now counts, of a run what was frozen in it. One statement.
    """
    whole, routes, told = _frozen(session, campaign)
    asked = _Asked.of(parts, Wanted.of(whole, routes), get_terms(session), now)
    said = asked.verdict.label("said")
    rule = None if told is None else read_rule(told)
    statement = select(said, func.count()).where(asking.condition(rule, now)).group_by("said")
    return {str(reason): int(count) for reason, count in core(session).execute(statement)}


def _frozen(
    session: Session, campaign: Campaign | CampaignRun
) -> tuple[Campaign, Sequence[str], object]:
    if isinstance(campaign, CampaignRun):
        whole = session.get_one(Campaign, campaign.campaign_id)
        return whole, campaign.routes, campaign.rule
    return campaign, campaign.routes, rule_of(session, campaign)


def rule_of(session: Session, campaign: Campaign) -> dict[str, object] | None:
    """The rule of a campaign's segment as it is now; None for everybody."""
    if campaign.segment_id is None:
        return None
    statement = select(_SEGMENT.c.rule).where(_SEGMENT.c.id == campaign.segment_id)
    rule: dict[str, object] = core(session).execute(statement).scalar_one()
    return rule


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked of each customer of a statement."""

    verdict: ColumnElement[str]
    """The first limit that holds them back, or `open`."""
    by_mass: ColumnElement[bool]
    """Whether a mass task may have them."""

    @classmethod
    def of(cls, parts: Parts, wanted: Wanted, terms: CampaignTerms, now: datetime) -> Self:
        letters = [route for route in wanted.routes if route is not Route.MASS]
        open_now = or_(false(), *parts.letterbox.open_routes(letters, now).values())
        known = or_(false(), parts.letterbox.known(letters))
        contact, may_receive = _by_mass(parts, wanted, terms, now)
        capped = and_(contact, not_(may_receive), not_(open_now))
        quiet = true() if quiet_ends_at(terms, now) is not None else false()
        limits: list[tuple[ColumnElement[bool], Reason]] = [
            (_unsubscribed(wanted), Reason.UNSUBSCRIBED),
            (not_(or_(known, contact)), Reason.UNREACHABLE),
            (quiet, Reason.QUIET_HOURS),
            (_too_often(wanted, terms, now), Reason.FREQUENCY),
            (_held_out(wanted), Reason.HOLDOUT),
            (capped, Reason.PLATFORM_CAP),
            (not_(or_(open_now, contact)), Reason.NO_ROUTE),
        ]
        spans = [(condition, literal(reason.value)) for condition, reason in limits]
        return cls(case(*spans, else_=literal(OPEN)), and_(contact, may_receive))


def _by_mass(
    parts: Parts, wanted: Wanted, terms: CampaignTerms, now: datetime
) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Whether the mass route leads to them, and whether they may receive one more message by it."""
    if Route.MASS not in wanted.routes or parts.broadcaster is None:
        return false(), false()
    address = parts.broadcaster.address()
    return parts.broadcaster.reachable(), cap.may_receive(address, terms.cap_policy, now)


def _unsubscribed(wanted: Wanted) -> ColumnElement[bool]:
    return _CUSTOMER.c.unsubscribed_at.is_not(None) if wanted.is_marketing else false()


def _held_out(wanted: Wanted) -> ColumnElement[bool]:
    if not wanted.holdout_percent:
        return false()
    return drawing.held_out(wanted.salt, wanted.holdout_percent, _CUSTOMER.c.id)


def _too_often(wanted: Wanted, terms: CampaignTerms, now: datetime) -> ColumnElement[bool]:
    """Of all campaigns together."""
    if not wanted.is_marketing:
        return false()
    had = (
        select(func.count())
        .select_from(_DELIVERY.join(_CAMPAIGN, _CAMPAIGN.c.id == _DELIVERY.c.campaign_id))
        .where(
            _DELIVERY.c.customer_id == _CUSTOMER.c.id,
            _DELIVERY.c.planned_at > now - WEEK,
            _DELIVERY.c.state.in_([state.value for state in COUNTED]),
            _CAMPAIGN.c.purpose == Purpose.MARKETING.value,
        )
        .correlate(_CUSTOMER)
        .scalar_subquery()
    )
    return had >= terms.per_week


_TABLES: Final = SQLModel.metadata.tables
_CUSTOMER: Final = _TABLES[Customer.__tablename__]
_DELIVERY: Final = _TABLES[Delivery.__tablename__]
_CAMPAIGN: Final = _TABLES[Campaign.__tablename__]
_SEGMENT: Final = _TABLES[Segment.__tablename__]
