"""Who changes mass tasks or receipts holds the cap first: two of them never wait for each other."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlmodel import Session

from campaigns.mass import cancelling, cap, planning, results, states
from campaigns.mass.recipients import Why, drop_unwanted
from campaigns.mass.results import Result, Status
from campaigns.mass.tables import MassTask
from campaigns.tables import CampaignRun
from commerce.inserting import id_of
from tests.campaigns.mass.massing import NOW, Asked, a_run, a_task, customers, gather

TOMORROW = NOW + timedelta(days=1)
SETTLED = NOW + results.SETTLED
PAGE = [Result("wm1", Status.SENT, TOMORROW), Result("wm2", Status.TOO_MANY)]
CHANGES: dict[str, Callable[[Session, MassTask], object]] = {
    "page": lambda session, task: results.keep_page(session, task, PAGE, "", "", TOMORROW),
    "end": lambda session, task: results.read_to_end(session, task, SETTLED, is_stopped=False),
    "refused": lambda session, task: results.refuse(session, task, ["wm1"]),
    "failed": lambda session, task: states.fail(session, task, "", Why.NOT_MADE, NOW),
    "stopped": lambda session, task: cancelling.cancel(session, Asked(), id_of(task), "", NOW),
    "unwanted": drop_unwanted,
    "planned": lambda session, task: planning.make_tasks(
        session, Asked(), session.get_one(CampaignRun, task.run_id), TOMORROW
    ),
}


@pytest.mark.parametrize("database_kind", ["postgres"], scope="session")
@pytest.mark.parametrize("change", CHANGES)
def test_the_cap_is_held_before_anything_is_changed(session: Session, change: str) -> None:
    run = a_run(session)
    task = a_task(session, run, 3)
    states.confirm(session, task, NOW)
    gather(session, run, customers(1, since=7))
    said: list[str] = []

    def listen(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        said.append(statement)

    engine = session.get_bind().engine
    event.listen(engine, "before_cursor_execute", listen)
    try:
        CHANGES[change](session, task)
    finally:
        event.remove(engine, "before_cursor_execute", listen)

    waits = [each for each in said if not each.startswith("SELECT") or str(cap.LOCK) in each]
    assert str(cap.LOCK) in waits[0], waits[0]
