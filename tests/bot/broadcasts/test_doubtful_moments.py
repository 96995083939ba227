"""A moment whose making is in doubt is known again by its words, or a person decides about it."""

from datetime import timedelta

import pytest
from sqlmodel import Session, col, update

from bot.broadcasts.broadcaster import CREATE
from bot.tables import OutboxMessage, OutboxState
from campaigns.shapes import Attachment, AttachmentKind, Content
from commerce.inserting import affected_rows
from tests.bot.broadcasts.conftest import Office
from tests.bot.broadcasts.corp import ROOT, MassCorp, Task
from wecom.broadcasts import LISTED_SPAN

ADD = ROOT + "add_moment_task"
NEWS = Content(text="上新了")
PICTURE = Attachment(kind=AttachmentKind.PICTURE, ref="slippers.png")
LINK = Attachment(kind=AttachmentKind.LINK, ref="https://shop.example/a", title="看看新款")


async def doubtful(office: Office, corp: MassCorp, content: Content = NEWS) -> None:
    """One more task for Lin, whose making WeCom never answers."""
    corp.swallows.add(ADD)
    await office.gathers(["m:lin"], sender="lin", content=content)


async def states(office: Office) -> list[str]:
    """Of all tasks."""
    return [task.state for task in await office.tasks()]


@pytest.mark.parametrize("attachments", [[], [PICTURE], [LINK], [PICTURE, LINK]])
async def test_a_doubtful_moment_is_found_and_adopted(
    office: Office, corp: MassCorp, attachments: list[Attachment]
) -> None:
    await doubtful(office, corp, Content(text="上新了", attachments=attachments))
    assert await states(office) == ["unknown"]

    await office.waits(minutes=2)

    task = await office.task()
    assert (task.state, task.moment_id) == ("created", "mom1")
    rows = [each for each in await office.rows(OutboxMessage) if each.kind == CREATE]
    assert [row.state for row in rows] == [OutboxState.SENT]
    assert (len(corp.moments), len(corp.cards)) == (1, 1)


async def test_an_adopted_moment_is_followed_like_any_other(office: Office, corp: MassCorp) -> None:
    await doubtful(office, corp)
    await office.waits(minutes=2)

    corp.confirm(corp.moments[0])
    await office.waits(minutes=5)

    assert await states(office) == ["sent"]
    assert corp.asked("get_moment_task_result") == [], "its job is not known"


async def test_one_that_was_stopped_while_it_was_made_is_stopped_there(
    office: Office, corp: MassCorp
) -> None:
    corp.meanwhile[ADD] = office.stops
    await doubtful(office, corp)

    for _ in range(3):
        await office.waits(minutes=2)

    task = await office.task()
    assert (task.state, corp.moments[0].cancelled) == ("cancelled", True)
    assert task.ended_at is not None


async def test_one_without_words_is_known_by_nothing(office: Office, corp: MassCorp) -> None:
    await doubtful(office, corp, Content(text="", attachments=[PICTURE]))

    await office.waits(minutes=2)

    assert await states(office) == ["unknown"]


async def test_what_others_have_made_is_not_adopted(office: Office, corp: MassCorp) -> None:
    corp.errors[ADD] = [-1]
    await office.gathers(["m:lin"], sender="lin", content=NEWS)
    body = {"text": {"content": "上新了"}}
    now = int(office.clock.now().timestamp())
    lin, chen = ({"visible_range": {"sender_list": {"user_list": [each]}}} for each in NAMES)
    picture = {"attachments": [{"msgtype": "image", "image": {"media_id": "M"}}]}
    corp.moments = [
        Task("job1", {**body, **lin}, now, creator="chen"),
        Task("job2", {**body, **chen}, now),
        Task("job3", {**lin, "text": {"content": "上新了！"}}, now),
        Task("job4", {**body, **lin, **picture}, now),
        Task("job5", {**body, **lin}, now - 3_600),
    ]

    await office.waits(minutes=2)

    assert await states(office) == ["unknown"]


async def test_of_two_moments_that_say_the_same_a_person_decides(
    office: Office, corp: MassCorp
) -> None:
    await doubtful(office, corp)
    corp.moments.append(Task("job2", corp.moments[0].body, corp.moments[0].created_at))

    await office.waits(minutes=2)

    assert await states(office) == ["unknown"]


@pytest.mark.database
async def test_of_two_doubtful_tasks_that_say_the_same_a_person_decides(
    office: Office, corp: MassCorp
) -> None:
    await doubtful(office, corp)
    corp.errors[ADD] = [-1]
    await office.gathers(["m:lin"], sender="lin", content=NEWS)
    assert len(corp.moments) == 1, "of which of them nobody knows"

    await office.waits(minutes=2)
    assert await states(office) == ["unknown", "unknown"]

    await _declare_unsent(office, "mass:2:")
    await office.waits(minutes=2)
    assert await states(office) == ["created", "failed"]


async def test_another_task_s_moment_is_not_taken_before_it_is_known_as_its_own(
    office: Office, corp: MassCorp
) -> None:
    await office.gathers(["m:lin"], sender="lin", content=NEWS)
    corp.errors[ADD] = [-1]
    await office.gathers(["m:lin"], sender="lin", content=NEWS)

    for _ in range(5):
        await office.waits(minutes=2)

    first, second = await office.tasks()
    assert (first.state, first.moment_id) == ("created", "mom1")
    assert (second.state, second.moment_id) == ("unknown", "")


@pytest.mark.database
async def test_it_is_found_beside_a_task_that_says_the_same(office: Office, corp: MassCorp) -> None:
    await office.gathers(["m:lin"], sender="lin", content=NEWS)
    await doubtful(office, corp)
    await office.waits(minutes=2)
    assert await states(office) == ["created", "unknown"], "either moment may be the other's"

    for _ in range(3):
        await office.waits(minutes=2)

    assert [task.moment_id for task in await office.tasks()] == ["mom1", "mom2"]


async def test_no_longer_a_time_is_asked_for_than_wecom_lists(
    office: Office, corp: MassCorp
) -> None:
    corp.errors[ADD] = [45033]
    await office.gathers(["m:lin"], sender="lin", content=NEWS)
    await office.turns_run("paused")
    await office.waits(days=40)
    corp.swallows.add(ADD)
    await office.turns_run("running")
    await office.waits(minutes=1)

    await office.waits(minutes=2)

    asked = corp.asked("get_moment_list")[-1]
    assert timedelta(seconds=asked["end_time"] - asked["start_time"]) == LISTED_SPAN
    assert await states(office) == ["created"]


async def _declare_unsent(office: Office, key: str) -> None:
    """Somebody has looked, and says that a task was not made."""

    def decide(session: Session) -> None:
        row = update(OutboxMessage).where(col(OutboxMessage.key).startswith(key))
        affected_rows(session, row.values(state="failed", reason="no answer"))

    await office.database.write(decide)


NAMES = ("lin", "chen")
