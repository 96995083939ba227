"""From customers who are to get something to deliveries: judged, written down, posted or gathered.

Every delivery is written before anything leaves, under a unique key: whoever comes second with the
same recipient leaves it alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Self

from sqlalchemy import bindparam, update
from sqlmodel import Session, SQLModel

from campaigns import deliveries, drawing, limits
from campaigns.composer import Composed, Marks, NothingToShow, compose
from campaigns.limits import Reason, Verdict, Wanted
from campaigns.parts import Parts
from campaigns.ports import Contact, Letter, Posted, Route
from campaigns.shapes import NODES, Arm, Content, Send
from campaigns.tables import Campaign, CampaignRun, CampaignTerms, Delivery, DeliveryState
from campaigns.terms import quiet_begins_at, quiet_ends_at
from campaigns.touches import touch_of_delivery
from commerce.columns import in_state
from commerce.inserting import id_of, insert_once
from commerce.prepared import Prepared

STALE_AFTER: Final = timedelta(hours=24)
"""What has not left by then is old news."""


@dataclass(frozen=True, slots=True)
class Sending:
    """One send of a run, to any number of customers."""

    parts: Parts
    campaign: Campaign
    run: CampaignRun
    terms: CampaignTerms
    node: Send
    occasion: int
    now: datetime
    is_batch: bool = False
    """Content that is gone stops a batch; alone, a delivery fails by it."""
    winner: str = ""
    """The arm that a comparison has ended with; everybody gets it."""

    @property
    def wanted(self) -> Wanted:
        """What the limits ask of it."""
        return Wanted.of(self.campaign, self.run.routes)

    def arm(self, number: int) -> Arm:
        """The variant of a customer or a customer group."""
        won = next((each for each in self.node.arms if each.name == self.winner), None)
        return won or drawing.arm_of(self.campaign.salt, self.node.arms, number)

    def content(self, arm: str) -> Content:
        """What a variant says."""
        return next(each.content for each in self.node.arms if each.name == arm)


def to_customers(session: Session, sending: Sending, customer_ids: Sequence[int]) -> None:
    """Write down a delivery for each customer; post or gather those whom no limit holds back.

    The caller holds the terms. A batch raises NothingToShow.
    """
    asked = limits.verdicts(session, sending.parts, sending.wanted, customer_ids, sending.now)
    contacts = _contacts(session, sending, asked)
    had = deliveries.planned_for(session, sending.run, customer_ids) if sending.is_batch else ()
    for customer_id in customer_ids:
        if customer_id in had:
            continue  # As the customer who has been merged into them since.
        verdict = asked.get(customer_id, limits.NOBODY)
        row = _Row.of(sending, customer_id, verdict, contacts.get(customer_id))
        is_new = insert_once(session, Delivery, **row.values)
        if is_new and row.state is DeliveryState.POSTED:
            _post_new(session, sending, row)


def again(session: Session, sending: Sending, delivery: Delivery) -> None:
    """Judge a deferred delivery anew, and go on with it."""
    customer_id = delivery.customer_id or 0
    asked = limits.verdicts(session, sending.parts, sending.wanted, [customer_id], sending.now)
    contacts = _contacts(session, sending, asked)
    verdict = asked.get(customer_id, limits.NOBODY)
    row = _Row.of(sending, customer_id, verdict, contacts.get(customer_id))
    fields = ("state", "reason", "route", "sender", "address", "due_at", "planned_at")
    values = {name: row.values[name] for name in fields}
    values["is_drawn"] = delivery.is_drawn or row.values["is_drawn"]
    is_ours = _AGAIN.run(session, delivery=delivery.id, **values) == 1
    if is_ours and row.state is DeliveryState.POSTED:
        _post(session, sending, id_of(delivery), row, delivery.arm)


def first_send(run: CampaignRun) -> Send:
    """The one send of a run without steps."""
    return next(_sends(run))


def find_send(run: CampaignRun, name: str) -> Send:
    """The step of a run that goes by this name. Raises LookupError."""
    found = next((node for node in _sends(run) if node.id == name), None)
    if found is None:
        raise LookupError(f"run {run.id} has no step {name!r}")
    return found


def _sends(run: CampaignRun) -> Iterator[Send]:
    return (node for node in NODES.validate_python(run.nodes) if isinstance(node, Send))


@dataclass(frozen=True, slots=True)
class _Row:
    """What is known of a delivery before it is written."""

    customer_id: int
    state: DeliveryState
    values: Mapping[str, Any]
    before: Sequence[Route]
    """Routes of letters that are tried before the mass route,"""
    after: Sequence[Route]
    """and those after it; all are in `before` when a mass task cannot have the customer."""
    contact: Contact | None

    @classmethod
    def of(
        cls, sending: Sending, customer_id: int, verdict: Verdict, contact: Contact | None
    ) -> Self:
        """The delivery of a customer of whom the limits said this."""
        takes_mass = verdict.by_mass or verdict.reason is Reason.PLATFORM_CAP
        contact = contact if takes_mass else None
        before, after = _around_mass(sending.wanted.routes, is_used=contact is not None)
        state, reason, due_at = _outcome(sending, verdict)
        if contact is not None and not before and state is DeliveryState.POSTED:
            state = DeliveryState.GATHERED
        if contact is None and state is DeliveryState.GATHERED:
            # Whose contact they were has ended it since the limits were asked.
            state, reason = DeliveryState.HELD_BACK, Reason.NO_ROUTE.value
        values = {
            "campaign_id": sending.run.campaign_id,
            "run_id": sending.run.id,
            "occasion": sending.occasion,
            "node": sending.node.id,
            "recipient": f"c:{customer_id}",
            "customer_id": customer_id,
            "arm": sending.arm(customer_id).name,
            "state": state.value,
            "reason": reason,
            "due_at": due_at,
            "is_drawn": verdict.reason not in limits.BEFORE_THE_LOT,
            "planned_at": sending.now,
            **_by_mass(contact if state is DeliveryState.GATHERED else None),
        }
        return cls(customer_id, state, values, before, after, contact)


def _outcome(sending: Sending, verdict: Verdict) -> tuple[DeliveryState, str, datetime | None]:
    match verdict.reason:
        case None:
            return DeliveryState.POSTED, "", None
        case Reason.PLATFORM_CAP:
            # Who makes the tasks counts anew, and knows when the next period begins.
            return DeliveryState.GATHERED, "", None
        case Reason.QUIET_HOURS:
            until = quiet_ends_at(sending.terms, sending.now)
            return DeliveryState.DEFERRED, Reason.QUIET_HOURS.value, until
        case reason:
            return DeliveryState.HELD_BACK, reason.value, None


def _around_mass(
    routes: Sequence[Route], *, is_used: bool
) -> tuple[Sequence[Route], Sequence[Route]]:
    letters = [route for route in routes if route is not Route.MASS]
    if not is_used:
        return letters, ()
    place = routes.index(Route.MASS)
    return letters[:place], letters[place:]


def _by_mass(contact: Contact | None) -> dict[str, str]:
    if contact is None:
        return {"route": "", "sender": "", "address": ""}
    return {
        "route": Route.MASS.value,
        "sender": contact.userid,
        "address": contact.external_userid,
    }


def _contacts(
    session: Session, sending: Sending, asked: Mapping[int, Verdict]
) -> Mapping[int, Contact]:
    broadcaster = sending.parts.broadcaster
    capped = Reason.PLATFORM_CAP
    wanted = [each for each, said in asked.items() if said.by_mass or said.reason is capped]
    return {} if broadcaster is None or not wanted else broadcaster.contacts(session, wanted)


def _post_new(session: Session, sending: Sending, row: _Row) -> None:
    found = _FIND.one(
        session,
        run=sending.run.id,
        occasion=sending.occasion,
        node=sending.node.id,
        recipient=row.values["recipient"],
    )
    _post(session, sending, found.id, row, row.values["arm"])


def _post(session: Session, sending: Sending, delivery_id: int, row: _Row, arm: str) -> None:
    """Post it by the first open route; gather it where that is the mass route."""
    try:
        said = _compose(session, sending, delivery_id, row.customer_id, arm)
    except NothingToShow as error:
        if sending.is_batch:
            raise
        _FAIL.run(session, delivery=delivery_id, reason=str(error))
        return
    letter = _letter(sending, delivery_id, row.customer_id, said)
    letterbox, now = sending.parts.letterbox, sending.now
    posted = letterbox.post(session, letter, row.before, now)
    if posted is None and row.contact is not None:
        _GATHER.run(session, delivery=delivery_id, **_by_mass(row.contact))
        return
    if posted is None and row.after:
        posted = letterbox.post(session, letter, row.after, now)
    _note(session, delivery_id, posted)


def _note(session: Session, delivery_id: int, posted: Posted | None) -> None:
    if posted is None:  # What the limits saw was open has closed since.
        _HOLD_BACK.run(session, delivery=delivery_id)
        return
    _NOTE.run(session, delivery=delivery_id, route=posted.route.value, key=posted.outbox_key)


def _compose(
    session: Session, sending: Sending, delivery_id: int, customer_id: int, arm: str
) -> Composed:
    parts, content = sending.parts, sending.content(arm)
    marks = Marks(touch_of_delivery(delivery_id), sending.campaign.promoter_code)
    shop = parts.shop_name
    return compose(session, parts.sealer, content, customer_id, marks, shop, sending.now)


def _letter(sending: Sending, delivery_id: int, customer_id: int, said: Composed) -> Letter:
    now = sending.now
    return Letter(
        customer_id=customer_id,
        run_id=id_of(sending.run),
        # A delivery that was taken back is posted again, as another effect.
        key=f"delivery:{delivery_id}:{now:%Y%m%d%H%M%S%f}",
        texts=said.texts,
        cards=said.cards,
        pictures=said.pictures,
        notice=said.notice,
        page=said.page,
        until=quiet_begins_at(sending.terms, now) or now + STALE_AFTER,
    )


_TABLE = SQLModel.metadata.tables[Delivery.__tablename__]


def _changing(seen: DeliveryState, /, **values: Any) -> Prepared:
    statement = update(_TABLE).where(_TABLE.c.id == bindparam("delivery"))
    return Prepared(statement.where(in_state(_TABLE, seen)).values(**values))


def _given(*names: str) -> dict[str, Any]:
    return {name: bindparam(name, type_=_TABLE.c[name].type) for name in names}


_FIND: Final = Prepared(
    _TABLE.select()
    .with_only_columns(_TABLE.c.id)
    .where(
        _TABLE.c.run_id == bindparam("run"),
        _TABLE.c.occasion == bindparam("occasion"),
        _TABLE.c.node == bindparam("node"),
        _TABLE.c.recipient == bindparam("recipient"),
    )
)
_AGAIN: Final = _changing(
    DeliveryState.DEFERRED,
    **_given("state", "reason", "route", "sender", "address", "due_at", "is_drawn", "planned_at"),
)
_NOTE: Final = _changing(
    DeliveryState.POSTED, route=bindparam("route"), outbox_key=bindparam("key")
)
_GATHER: Final = _changing(
    DeliveryState.POSTED,
    state=DeliveryState.GATHERED.value,
    **_given("route", "sender", "address"),
)
_FAIL: Final = _changing(
    DeliveryState.POSTED, state=DeliveryState.FAILED.value, reason=bindparam("reason")
)
_HOLD_BACK: Final = _changing(
    DeliveryState.POSTED, state=DeliveryState.HELD_BACK.value, reason=Reason.NO_ROUTE.value
)
