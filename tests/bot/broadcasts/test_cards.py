"""Buttons of the cards about mass tasks."""

from dataclasses import dataclass

import pytest
from sqlmodel import Session

from bot.broadcasts import cards
from bot.broadcasts.cards import MassCardTaps
from bot.staff.tables import Staff
from campaigns.shapes import Attachment, AttachmentKind, Content
from tests.bot.broadcasts.conftest import Office
from tests.bot.broadcasts.corp import MassCorp
from tests.campaigns.mass.massing import NOW, customers


@dataclass
class Tap:
    """A button was tapped."""

    userid: str
    key: str


@pytest.fixture
def taps(office: Office) -> MassCardTaps:
    return MassCardTaps(office.database, office.clock, office.broadcaster)


async def test_the_sender_may_decide_not_to_send(
    office: Office, corp: MassCorp, taps: MassCardTaps
) -> None:
    await office.gathers(customers(2))
    task = await office.task()

    assert await taps.tapped(Tap("lin", f"mass-no:{task.id}")) == "已停，没发的不发了"
    await office.sends()
    await office.waits(minutes=1)

    assert corp.tasks[0].cancelled
    stopped = await office.task()
    assert (stopped.state, stopped.reason) == ("cancelled", "lin在手机上选了不发")
    assert await taps.tapped(Tap("lin", f"mass-no:{task.id}")) == "已经结束了"


async def test_nobody_else_stops_it(office: Office, taps: MassCardTaps) -> None:
    await office.gathers(customers(2))
    task = await office.task()

    assert await taps.tapped(Tap("zhou", f"mass-no:{task.id}")) == "只有发送人能停"
    assert (await office.task()).state == "created"


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("mass-ok:1", "知道了"),
        ("mass-no:7", "已经结束了"),
        ("take:1", None),
        ("mass-no:x", None),
        ("mass-no", None),
    ],
)
async def test_other_taps(taps: MassCardTaps, key: str, words: str | None) -> None:
    assert await taps.tapped(Tap("lin", key)) == words


async def test_the_stand_in_reads_whose_task_it_is(office: Office) -> None:
    await office.gathers(customers(2))
    task = await office.task()

    def title(session: Session) -> str:
        session.add(
            Staff(
                row_key="staff-lin",
                login="lin",
                name="林知夏",
                role="agent",
                wecom_userid="lin",
                created_at=NOW,
            )
        )
        session.flush()
        card = cards.to_stand_in(session, task, "掌柜小店")
        assert [each["text"] for each in card["button_list"]] == ["我去催"]
        words: str = card["main_title"]["title"]
        return words

    assert await office.database.write(title) == "林知夏的群发还没确认"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (Content(text="{店名}上新\n了"), "掌柜小店上新 了"),
        (Content(text="新" * 40), "新" * 25 + "…"),
        (
            Content(text="", attachments=[Attachment(kind=AttachmentKind.PICTURE, ref="a.png")]),
            "1个附件",
        ),
    ],
)
async def test_a_card_says_in_short_what_the_task_says(
    office: Office, content: Content, words: str
) -> None:
    await office.gathers(customers(1))
    task = await office.task()
    task.content = content.model_dump(mode="json")

    assert cards.in_short(task, "掌柜小店") == words
