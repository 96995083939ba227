"""What came of a campaign: who got it, who came, what they bought, and what it changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Subquery,
    and_,
    case,
    cast,
    distinct,
    func,
    or_,
    select,
)
from sqlmodel import Session, col

from campaigns.attribution.crediting import refunded
from campaigns.attribution.lift import Lift, Sample, compare
from campaigns.attribution.tables import CampaignCredit, CampaignVisit
from campaigns.tables import Campaign, Delivery, DeliveryState
from commerce.inserting import core, id_of
from commerce.ordering.tables import Cart, CartLine, Order

HELD_OUT: Final = "holdout"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of some deliveries. Money is fen; `carts` counts visitors who filled a cart."""

    sent: int = 0
    failed: int = 0
    unknown: int = 0
    waiting: int = 0
    held_back: int = 0
    visits: int = 0
    visitors: int = 0
    carts: int = 0
    orders: int = 0
    buyers: int = 0
    paid: int = 0
    refunded: int = 0

    @property
    def kept(self) -> int:
        """What was paid and has not gone back."""
        return self.paid - self.refunded


@dataclass(frozen=True, slots=True)
class Report:
    """A campaign's report. `lift` is None without a hold-out."""

    total: Outcome
    by_part: Mapping[tuple[str, str], Outcome]
    """By node and arm."""
    held_back: Mapping[str, int]
    """By reason, what was deferred among them."""
    by_group: Mapping[int, Outcome]
    """By customer group: visits, orders and money of who came from there."""
    lift: Lift | None


def report(session: Session, campaign: Campaign, run_id: int | None = None) -> Report:
    """Of a whole campaign, or of one of its runs."""
    campaign_id = id_of(campaign)
    by_part = _outcomes(session, campaign_id, run_id, ("node", "arm"))
    total = _outcomes(session, campaign_id, run_id, ())
    by_group = _outcomes(session, campaign_id, run_id, ("group_id",))
    return Report(
        total=total.get((), Outcome()),
        by_part={(node, arm): each for (node, arm), each in sorted(by_part.items())},
        held_back=_held_back(session, campaign_id, run_id),
        by_group={key[0]: each for key, each in by_group.items() if key[0] is not None},
        lift=_lift(session, campaign, run_id),
    )


def _outcomes(
    session: Session, campaign_id: int, run_id: int | None, by: tuple[str, ...]
) -> Mapping[tuple[Any, ...], Outcome]:
    """Outcomes by some columns that deliveries, visits and credits share."""
    found: dict[tuple[Any, ...], dict[str, int]] = {}
    for table, counts in (
        (Delivery, _deliveries()),
        (CampaignVisit, _visits()),
        (CampaignCredit, _money()),
    ):
        keys = [col(getattr(table, name)) for name in by]
        statement = select(*keys, *counts).where(_of(table, campaign_id, run_id)).group_by(*keys)
        for row in core(session).execute(statement):
            values = dict(row._mapping)
            counted = found.setdefault(tuple(values.pop(name) for name in by), {})
            counted.update({name: int(value or 0) for name, value in values.items()})
    return {key: Outcome(**values) for key, values in found.items()}


def _of(table: Any, campaign_id: int, run_id: int | None) -> ColumnElement[bool]:
    mine = col(table.campaign_id) == campaign_id
    return mine if run_id is None else and_(mine, col(table.run_id) == run_id)


def _sum(condition: ColumnElement[bool]) -> ColumnElement[Any]:
    return func.sum(case((condition, 1), else_=0))


def _deliveries() -> tuple[ColumnElement[Any], ...]:
    state = col(Delivery.state)
    waiting = (DeliveryState.GATHERED, DeliveryState.POSTED, DeliveryState.DEFERRED)
    return (
        _sum(state == DeliveryState.SENT).label("sent"),
        _sum(state == DeliveryState.FAILED).label("failed"),
        _sum(state == DeliveryState.UNKNOWN).label("unknown"),
        _sum(state.in_(waiting)).label("waiting"),
        _sum(state == DeliveryState.HELD_BACK).label("held_back"),
    )


def _visits() -> tuple[ColumnElement[Any], ...]:
    visitor = col(CampaignVisit.customer_id)
    filled = (
        select(col(Cart.customer_id))
        .join(CartLine, col(CartLine.cart_id) == col(Cart.id))
        .where(col(Cart.customer_id) == visitor, col(CartLine.added_at) >= col(CampaignVisit.at))
        .exists()
    )
    # Whoever placed an order afterwards had filled a cart, which is empty again.
    ordered = (
        select(col(Order.id))
        .where(col(Order.customer_id) == visitor, col(Order.created_at) >= col(CampaignVisit.at))
        .exists()
    )
    return (
        func.count().label("visits"),
        func.count(distinct(visitor)).label("visitors"),
        func.count(distinct(case((or_(filled, ordered), visitor)))).label("carts"),
    )


def _money() -> tuple[ColumnElement[Any], ...]:
    return (
        func.count().label("orders"),
        func.count(distinct(col(CampaignCredit.customer_id))).label("buyers"),
        func.sum(col(CampaignCredit.paid)).label("paid"),
        func.sum(col(CampaignCredit.refunded)).label("refunded"),
    )


def _held_back(session: Session, campaign_id: int, run_id: int | None) -> Mapping[str, int]:
    states = (DeliveryState.HELD_BACK, DeliveryState.DEFERRED)
    statement = (
        select(col(Delivery.reason), func.count())
        .where(_of(Delivery, campaign_id, run_id), col(Delivery.state).in_(states))
        .group_by(col(Delivery.reason))
        .order_by(func.count().desc(), col(Delivery.reason))
    )
    return {str(reason): int(count) for reason, count in core(session).execute(statement)}


def _lift(session: Session, campaign: Campaign, run_id: int | None) -> Lift | None:
    if not campaign.holdout_percent:
        return None
    samples = {each: _sample(session, campaign, run_id, is_held_out=each) for each in (True, False)}
    return compare(samples[False], samples[True])


def _sample(
    session: Session, campaign: Campaign, run_id: int | None, *, is_held_out: bool
) -> Sample:
    """Persons of one group, with what they bought in the days after it was decided about them.

    Who was to get it counts whether it reached them or not: so do they among those left out.
    """
    drawn = _drawn(id_of(campaign), run_id, is_held_out=is_held_out)
    spent = _spent(drawn, timedelta(days=campaign.attribution_days), session)
    statement = select(
        func.count(),
        func.coalesce(func.sum(case((spent.c.fen > 0, 1), else_=0)), 0),
        func.coalesce(func.sum(spent.c.fen), 0),
        func.coalesce(func.sum(spent.c.fen * spent.c.fen), 0),
    ).select_from(spent)
    persons, buyers, fen, squares = core(session).execute(statement).one()
    return Sample(int(persons), int(buyers), int(fen), int(squares))


def _drawn(campaign_id: int, run_id: int | None, *, is_held_out: bool) -> Subquery:
    reason = col(Delivery.reason)
    which = and_(
        col(Delivery.is_drawn),
        reason == HELD_OUT if is_held_out else reason != HELD_OUT,
        col(Delivery.customer_id).is_not(None),
    )
    return (
        select(col(Delivery.customer_id), func.min(col(Delivery.planned_at)).label("since"))
        .where(_of(Delivery, campaign_id, run_id), which)
        .group_by(col(Delivery.customer_id))
        .subquery()
    )


def _spent(drawn: Subquery, days: timedelta, session: Session) -> Subquery:
    """Each person with the fen that they paid and did not get back."""
    seconds = int(days.total_seconds())
    until = _later(drawn.c.since, seconds, session.get_bind().dialect.name)
    kept = cast(col(Order.payable) - refunded(), BigInteger)
    return (
        select(drawn.c.customer_id, func.coalesce(func.sum(kept), 0).label("fen"))
        .select_from(drawn)
        .outerjoin(
            Order,
            and_(
                col(Order.customer_id) == drawn.c.customer_id,
                col(Order.paid_at).is_not(None),
                col(Order.created_at) >= drawn.c.since,
                col(Order.created_at) < until,
            ),
        )
        .group_by(drawn.c.customer_id)
        .subquery()
    )


def _later(moment: Any, seconds: int, dialect: str) -> ColumnElement[Any]:
    """A moment so many seconds later, as each database says it."""
    if dialect == "postgresql":
        later: ColumnElement[Any] = moment + func.make_interval(0, 0, 0, 0, 0, 0, seconds)
        return later
    # SQLite keeps moments as text with six digits of a second, and adds to whole seconds.
    text = func.strftime("%Y-%m-%d %H:%M:%S", moment, f"+{seconds} seconds")
    return text.concat(func.substr(moment, 20))
