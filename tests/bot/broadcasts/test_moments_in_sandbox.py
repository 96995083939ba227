"""Moments from the shop's tasks to the phones of the sandbox, over the wire."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.clock import FrozenClock
from bot.database import Database
from bot.sandbox import SandboxSettings, create_app
from bot.sandbox.errors import SandboxRefused
from bot.sandbox.keys import write_keys
from bot.sandbox.platform import PLATFORM, Platform
from bot.sandbox.store import Row
from bot.sandbox.wecom.corp import Corp
from bot.settings import Settings
from campaigns.shapes import Attachment, AttachmentKind, Content
from commerce.sealing import Sealer
from tests.bot.broadcasts.conftest import SLIPPERS, Office, open_office

LIN = "LinZhiXia"
ADD = "externalcontact/add_moment_task"
NEWS = Content(text="上新了")
PICTURE = Attachment(kind=AttachmentKind.PICTURE, ref="slippers.png")


@dataclass
class Phones:
    """The shop and the phones of Lin and of one of her customers."""

    office: Office
    platform: Platform
    customer: int

    @property
    def corp(self) -> Corp:
        """The WeCom of the sandbox."""
        assert self.platform.corp is not None
        return self.platform.corp

    async def waits(self, **duration: float) -> None:
        """Time passes on both ends."""
        self.platform.clock.move(timedelta(**duration).total_seconds())
        await self.office.waits(**duration)

    async def gathers(self, content: Content = NEWS) -> None:
        """A campaign has Lin publish something."""
        await self.office.gathers(["m:lin"], sender=LIN, content=content)

    def waiting(self) -> Row:
        """The one moment on Lin's phone."""
        (row,) = self.corp.moments.of(LIN)
        return row

    def seen(self) -> list[Row]:
        """What the customer finds in 朋友圈."""
        return self.corp.moments.seen_by(self.customer)


@pytest.fixture(scope="module")
def env_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sandbox's keys, which take a second to make."""
    file = tmp_path_factory.mktemp("keys") / "sandbox.env"
    write_keys(file, port=1, nlu_port=1)
    return file


@pytest.fixture
async def phones(
    env_file: Path,
    database: Database,
    sealer: Sealer,
    tmp_path: Path,
    aiohttp_server: Callable[..., Awaitable[TestServer]],
) -> AsyncIterator[Phones]:
    """A process of the shop whose WeCom is the sandbox."""
    keys = replace(
        SandboxSettings.load(env_file, {}),
        database=tmp_path / "sandbox.db",
        clock_offset_file=tmp_path / "clock-offset",
    )
    assert keys.wecom is not None
    sandbox, root = create_app(keys), web.Application()
    root.add_subapp("/sandbox", sandbox)
    server = await aiohttp_server(root)
    platform = sandbox[PLATFORM]
    settings = Settings(
        name="掌柜小店",
        var_folder=tmp_path,
        wecom_corp_id=keys.wecom.corp_id,
        wecom_agent_id=str(keys.wecom.agent_id),
        wecom_secret=keys.wecom.secret,
        wecom_token="token",
        wecom_aes_key="key",
        wecom_api_url=str(server.make_url("/sandbox/wecom")),
        mini_program_app_id=keys.mini_program.app_id,
    )
    clock = FrozenClock(platform.clock.now())
    assert platform.corp is not None
    people = platform.corp.people
    (customer,) = people.create_many(1, LIN)
    async with open_office(settings, database, clock, sealer, timedelta(seconds=2)) as office:
        yield Phones(office, platform, people.called(customer)["id"])


async def test_a_customer_sees_the_picture_of_a_moment(phones: Phones) -> None:
    await phones.gathers(Content(text="上新了", attachments=[PICTURE]))
    assert phones.seen() == []

    phones.corp.moments.publish(LIN, phones.waiting()["moment_id"])

    (row,) = phones.seen()
    shown = json.loads(row["body"])
    picture = phones.platform.media.find(shown["attachments"][0]["image"]["media_id"])
    assert picture is not None
    assert (shown["text"], picture["content"]) == ("上新了", SLIPPERS)


async def test_a_picture_that_has_lapsed_is_uploaded_again(phones: Phones) -> None:
    news = Content(text="上新了", attachments=[PICTURE])
    await phones.gathers(news)
    phones.platform.clock.move(4 * 86_400)  # The shop has not noticed.

    await phones.gathers(news)

    assert [task.state for task in await phones.office.tasks()] == ["created", "created"]


async def test_a_stopped_moment_can_be_published_no_more(phones: Phones) -> None:
    await phones.gathers()
    await phones.office.stops()
    await phones.waits(minutes=1)
    await phones.waits(minutes=1)

    with pytest.raises(SandboxRefused):
        phones.corp.moments.publish(LIN, phones.waiting()["moment_id"])

    assert (await phones.office.task()).state == "cancelled"
    assert await phones.office.states() == {"": ("failed", "cancelled")}


async def test_one_that_was_published_before_it_was_stopped_was_published(phones: Phones) -> None:
    await phones.gathers()
    phones.corp.moments.publish(LIN, phones.waiting()["moment_id"])
    await phones.office.stops()
    await phones.waits(minutes=1)
    await phones.waits(minutes=1)

    assert await phones.office.states() == {"": ("sent", "")}
    assert len(phones.seen()) == 1


async def test_one_whose_answer_was_lost_is_found_and_followed(phones: Phones) -> None:
    phones.platform.faults.add(ADD, "swallow", 1)
    await phones.gathers(Content(text="上新了", attachments=[PICTURE]))
    assert (await phones.office.task()).state == "unknown"

    await phones.waits(minutes=2)
    task, waiting = await phones.office.task(), phones.waiting()
    assert (task.state, task.moment_id) == ("created", waiting["moment_id"])

    phones.corp.moments.publish(LIN, waiting["moment_id"])
    await phones.waits(minutes=6)
    assert (await phones.office.task()).state == "sent"


async def test_one_that_was_never_made_is_not_taken_for_a_member_s_own(phones: Phones) -> None:
    phones.platform.faults.add(ADD, "errcode:-1", 1)
    await phones.gathers()
    phones.corp.moments.post(LIN, "上新了")

    await phones.waits(minutes=2)

    assert (await phones.office.task()).state == "unknown"
