"""Days and times (SOP): when each step is for somebody, and who enters.

Customers enter when they first fit the segment, customer groups as soon as they are known of. Both
enter once.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import exists, select, true
from sqlmodel import Session, SQLModel

from campaigns.journeys.standing import Standing, list_standing, standing_of
from campaigns.journeys.tables import EntryState, JourneyEntry
from campaigns.plans import LATEST
from campaigns.segments.asking import condition
from campaigns.shapes import At, GroupChoice, Send, SopPlan
from campaigns.tables import Audience, CampaignKind
from commerce.community import queries
from commerce.community.tables import CommunityGroup
from commerce.customers.tables import Customer
from commerce.inserting import core, id_of, insert_once
from commerce.shanghai import SHANGHAI

type Step = tuple[datetime, Send]
BEGAN: Final = "began_at"
"""In an entry's subject: what its days are counted from."""


def schedule(standing: Standing, began_at: datetime) -> Sequence[Step]:
    """The steps with their moments for who began then, in the order of the moments."""
    timed = [(node.at, node) for node in standing.nodes if isinstance(node, Send) and node.at]
    first_day = _first_day([at for at, _ in timed], began_at.astimezone(SHANGHAI))
    steps = [(_moment(at, first_day), node) for at, node in timed]
    return sorted(steps, key=lambda step: step[0])


def step_after(standing: Standing, entry: JourneyEntry) -> Step | None:
    """The step that follows the one where somebody is; None after the last."""
    steps = schedule(standing, datetime.fromisoformat(entry.subject[BEGAN]))
    places = [place for place, (_, node) in enumerate(steps) if node.id == entry.node]
    following = steps[places[0] + 1 :] if places else ()
    return next(iter(following), None)


def list_sops(session: Session, now: datetime) -> list[int]:
    """The runs of SOPs whose first day has come."""
    today = now.astimezone(SHANGHAI).date()
    return [
        id_of(standing.run)
        for standing in list_standing(session, CampaignKind.SOP)
        if isinstance(standing.plan, SopPlan) and standing.plan.from_day <= today
    ]


def enter_customers(
    session: Session, run_id: int, after: int, now: datetime, size: int
) -> int | None:
    """Let the next customers enter who fit and never did, beyond the id `after`.

    The last one's id, to go on from; None when there is nobody beyond.
    """
    standing = standing_of(session, run_id)
    began_at = _begin_of(standing, now)
    first = _first_step(standing, began_at, now)
    if standing.campaign.audience != Audience.CUSTOMERS or first is None:
        return None
    wants = _CUSTOMER.c.unsubscribed_at.is_(None) if standing.is_marketing else true()
    entered = exists().where(
        _ENTRY.c.campaign_id == standing.id, _ENTRY.c.customer_id == _CUSTOMER.c.id
    )
    statement = (
        select(_CUSTOMER.c.id)
        .where(condition(standing.rule, now), wants, _CUSTOMER.c.id > after)
        .where(~entered.correlate_except(_ENTRY))
        .order_by(_CUSTOMER.c.id)
        .limit(size)
    )
    found = core(session).execute(statement).scalars().all()
    for customer_id in found:
        who = {"recipient": f"c:{customer_id}", "customer_id": customer_id}
        _enter(session, standing, who, began_at, first, now)
    return found[-1] if len(found) == size else None


def enter_groups(session: Session, run_id: int, now: datetime) -> int:
    """Let the chosen customer groups enter that never did; how many."""
    standing = standing_of(session, run_id)
    if standing.campaign.audience != Audience.GROUPS:
        return 0
    return sum(_enter_group(session, standing, group, now) for group in _chosen(session, standing))


def _enter_group(
    session: Session, standing: Standing, group: CommunityGroup, now: datetime
) -> bool:
    began_at = _begin_of(standing, group.created_at)
    first = _first_step(standing, began_at, now)
    if first is None:
        return False
    who = {"recipient": f"g:{group.chat_id}", "group_id": id_of(group)}
    return _enter(session, standing, who, began_at, first, now)


def _chosen(session: Session, standing: Standing) -> Iterator[CommunityGroup]:
    choice = GroupChoice.model_validate(standing.campaign.groups)
    entered = select(_ENTRY.c.group_id).where(_ENTRY.c.campaign_id == standing.id)
    known = set(core(session).execute(entered).scalars())
    return (each for each in queries.choose(session, choice) if each.id not in known)


def _enter(
    session: Session,
    standing: Standing,
    who: dict[str, Any],
    began_at: datetime,
    first: Step,
    now: datetime,
) -> bool:
    moment, node = first
    return insert_once(
        session,
        JourneyEntry,
        **who,
        campaign_id=standing.id,
        run_id=id_of(standing.run),
        subject={BEGAN: began_at.isoformat()},
        cause="sop",
        state=EntryState.ACTIVE.value,
        end_reason="",
        node=node.id,
        wake_at=moment,
        entered_at=now,
    )


def _begin_of(standing: Standing, each: datetime) -> datetime:
    """What days are counted from, for who began at `each`."""
    plan = standing.plan
    if not isinstance(plan, SopPlan) or plan.from_each:
        return each
    return datetime.combine(plan.from_day, time(), SHANGHAI).astimezone(UTC)


def _first_step(standing: Standing, began_at: datetime, now: datetime) -> Step | None:
    """The first step that is not over, or by so little that it is still made up for."""
    return next((step for step in schedule(standing, began_at) if step[0] > now - LATEST), None)


def _first_day(times: Sequence[At], began: datetime) -> date:
    """The day 0: the next one where the time of a step of that day had passed already, so that
    each step comes on a day of its own and none overtakes another."""
    passed = [at for at in times if at.on is None and not at.day and at.time < began.time()]
    return began.date() + timedelta(days=1 if passed else 0)


def _moment(at: At, first_day: date) -> datetime:
    day = at.on or first_day + timedelta(days=at.day or 0)
    return datetime.combine(day, at.time, SHANGHAI).astimezone(UTC)


_CUSTOMER: Final = SQLModel.metadata.tables[Customer.__tablename__]
_ENTRY: Final = SQLModel.metadata.tables[JourneyEntry.__tablename__]
