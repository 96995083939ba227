"""A campaign that speaks by mass tasks, and a broadcaster that only remembers what it was asked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, insert, literal, select, text, true
from sqlmodel import Session, SQLModel, col

from campaigns.mass import planning, states
from campaigns.mass.tables import MassReceipt, MassTask
from campaigns.ports import Contact
from campaigns.shapes import Arm, Content, Send
from campaigns.tables import Campaign, CampaignRun, Delivery, DeliveryState
from campaigns.terms import set_terms
from commerce.inserting import core, id_of

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
"""Monday, ten in the morning in Shanghai."""
_DELIVERY = SQLModel.metadata.tables[Delivery.__tablename__]


@dataclass
class Asked:
    """What a broadcaster was asked for, in its order."""

    stand_ins: dict[str, str] = field(default_factory=dict)
    calls: list[tuple[str, int]] = field(default_factory=list)
    takes_back: bool = True
    """Whether what WeCom has no name for has not left; else its call is under way."""

    def contacts(self, _session: Session, _ids: Sequence[int]) -> Mapping[int, Contact]:
        """Nobody."""
        return {}

    def reachable(self) -> ColumnElement[bool]:
        """Everybody."""
        return true()

    def address(self) -> ColumnElement[str]:
        """The same for all."""
        return literal("wm")

    def senders(self, _session: Session) -> Sequence[str]:
        """Nobody."""
        return []

    def create(self, _session: Session, task: MassTask, _now: datetime) -> bool:
        """Note it."""
        self.calls.append(("create", id_of(task)))
        return True

    def remind(self, _session: Session, task: MassTask, _reminder: int, _now: datetime) -> None:
        """Note it."""
        self.calls.append(("remind", id_of(task)))

    def cancel(self, _session: Session, task: MassTask, _now: datetime) -> bool:
        """Note it."""
        self.calls.append(("cancel", id_of(task)))
        return task.msgid is None and self.takes_back

    def tell_sender(self, _session: Session, task: MassTask, _now: datetime) -> None:
        """Note it."""
        self.calls.append(("tell", id_of(task)))

    def tell_stand_in(self, _session: Session, task: MassTask, _now: datetime) -> bool:
        """Note it, if there is one."""
        if task.sender not in self.stand_ins:
            return False
        self.calls.append(("stand-in", id_of(task)))
        return True

    def count(self, what: str) -> int:
        """How often it was asked for that."""
        return sum(verb == what for verb, _ in self.calls)


def a_run(
    session: Session, *, policy: str = "day1", content: Content | None = None, **changes: Any
) -> CampaignRun:
    """A running campaign with one node `hello` in two arms."""
    set_terms(session, cap_policy=policy)
    said = {name: content or Content(text=f"{name}款到货了") for name in "AB"}
    arms = [Arm(name=name, weight=50, content=each) for name, each in said.items()]
    node = Send(id="hello", arms=arms).model_dump(mode="json")
    campaign = Campaign(
        name="上新",
        kind="once",
        salt="s",
        nodes=[node],
        routes=["mass"],
        created_by="staff:1",
        created_at=NOW,
        updated_at=NOW,
        state="active",
    )
    session.add(campaign)
    session.flush()
    run = CampaignRun(
        campaign_id=id_of(campaign),
        slot=NOW,
        nodes=[node],
        routes=["mass"],
        began_at=NOW,
        is_planned=True,
        **changes,
    )
    session.add(run)
    session.flush()
    return run


MANY = 1_000
"""From so many on PostgreSQL counts a table anew by itself, within a minute that no test has."""


def gather(
    session: Session,
    run: CampaignRun,
    recipients: Iterable[str],
    *,
    sender: str = "lin",
    arm: str = "A",
    occasion: int = 0,
) -> None:
    """Deliveries that wait for a task; `c:7` has the address `wm7`, `g:wr7` the address `wr7`."""
    rows = [
        {
            "campaign_id": run.campaign_id,
            "run_id": run.id,
            "occasion": occasion,
            "node": "hello",
            "recipient": each,
            "arm": arm,
            "route": "mass",
            "state": DeliveryState.GATHERED.value,
            "reason": "",
            "sender": sender,
            "address": address_of(each),
            "is_drawn": True,
            "planned_at": NOW,
        }
        for each in recipients
    ]
    core(session).execute(insert(_DELIVERY), rows)
    if len(rows) > MANY and session.get_bind().dialect.name == "postgresql":
        core(session).execute(text("ANALYZE delivery"))


def address_of(recipient: str) -> str:
    """What WeCom calls a recipient of these tests."""
    kind, _, name = recipient.partition(":")
    return {"c": f"wm{name}", "g": name, "m": ""}[kind]


def customers(number: int, since: int = 1) -> list[str]:
    """So many recipients."""
    return [f"c:{each}" for each in range(since, since + number)]


def make_all(session: Session, asked: Asked, run: CampaignRun, now: datetime = NOW) -> None:
    """Until nothing is left to make."""
    while planning.make_tasks(session, asked, run, now):
        pass


def tasks_of(session: Session) -> list[MassTask]:
    """All tasks, in the order in which they were made."""
    statement = select(MassTask).order_by(col(MassTask.id))
    return list(session.execute(statement.execution_options(populate_existing=True)).scalars())


def a_task(
    session: Session, run: CampaignRun, number: int = 3, asked: Asked | None = None
) -> MassTask:
    """A task with so many customers that WeCom has made."""
    gather(session, run, customers(number))
    make_all(session, asked or Asked(), run)
    task = tasks_of(session)[-1]
    assert states.made(session, task, f"msg{task.id}", NOW)
    return task


def states_of(session: Session) -> dict[str, tuple[str, str]]:
    """State and reason by address."""
    columns = (_DELIVERY.c.address, _DELIVERY.c.state, _DELIVERY.c.reason)
    return {row[0]: (row[1], row[2]) for row in core(session).execute(select(*columns))}


def tally(session: Session) -> dict[str, int]:
    """Deliveries by state."""
    statement = select(_DELIVERY.c.state, func.count()).group_by(_DELIVERY.c.state)
    return {row[0]: row[1] for row in core(session).execute(statement)}


def taken(session: Session, address: str) -> int:
    """How many messages are counted for an address."""
    statement = select(func.coalesce(func.sum(col(MassReceipt.taken)), 0)).where(
        col(MassReceipt.address) == address
    )
    found: int = core(session).execute(statement).scalar_one()
    return found
