"""A takeover against messages on their way: none of the bot's begins once it has committed.

A message begins with the commit of its claim. The transaction of each takeover counts what had
begun; when all is quiet the count must be the same. The sandbox is the far end: what it accepted in
each conversation, by its own numbering, must be what had begun and did not ride, and none of it
after the word of whoever took over.
"""

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer
from sqlmodel import Session, col, func, or_, select

from bot import conversations, outbox
from bot.background import Background
from bot.channels.official_account_delivery import ReplyDelivery
from bot.clock import FrozenClock
from bot.conversations import OwnerChanged
from bot.database import Database
from bot.handover import owning
from bot.handover.episodes import speaker_of
from bot.handover.tables import Handover
from bot.handover.taking import until_quiet
from bot.handover.words import say_as
from bot.media import MediaLibrary
from bot.messages import Text, reply_to_json
from bot.outbox import Post, answer_key
from bot.outcomes import Sent
from bot.sandbox.keys import write_keys
from bot.sender import Sender
from bot.tables import Conversation, OutboxMessage, OutboxState
from commerce.inserting import id_of
from commerce.sealing import Sealer
from tests.bot.handover.conftest import begin_talk, hire
from tests.bot.handover.followers import Followers, open_sandbox

EACH = 5
"""Messages of the bot in a conversation: what its window allows."""


def begun(session: Session, talk_ids: Sequence[int]) -> Counter[int]:
    """Messages of the bot that were begun in conversations, those that rode included."""
    statement = (
        select(OutboxMessage.conversation_id, func.count(col(OutboxMessage.id)))
        .where(
            col(OutboxMessage.conversation_id).in_(talk_ids),
            OutboxMessage.speaker == "bot",
            or_(col(OutboxMessage.attempts) > 0, OutboxMessage.state == OutboxState.PASSIVE.value),
        )
        .group_by(col(OutboxMessage.conversation_id))
    )
    return Counter({talk_id or 0: count for talk_id, count in session.exec(statement).all()})


def is_unsettled(session: Session) -> bool:
    """Whether a message waits still, to be sent or to be superseded."""
    waiting = select(OutboxMessage.id).where(
        col(OutboxMessage.state).in_([OutboxState.HELD.value, OutboxState.PENDING.value])
    )
    return session.exec(waiting.limit(1)).first() is not None


def take(session: Session, talk_id: int, staff_id: int, clock: FrozenClock) -> int:
    """Take a conversation; what had begun when that commits."""
    owning.take(session, talk_id, staff_id, 0, clock.now())
    return begun(session, [talk_id])[talk_id]


@dataclass
class Stage:
    """A shop that sends to a platform which counts."""

    database: Database
    clock: FrozenClock
    sealer: Sealer
    sender: Sender
    followers: Followers
    chance: random.Random
    staff_id: int = 0
    rode: Counter[int] = field(default_factory=Counter)

    def begin(self, session: Session, openids: Sequence[str]) -> list[int]:
        """These followers have just written."""
        now = self.clock.now()
        found = [
            Conversation(
                channel="official_account",
                account=self.followers.account,
                external_user=openid,
                window_opened_by="message",
                window_opened_at=now,
                updated_at=now,
            )
            for openid in openids
        ]
        session.add_all(found)
        session.flush()
        return [id_of(each) for each in found]

    def speak(self, session: Session, talk_ids: Sequence[int]) -> None:
        """The bot's messages of some conversations; the first of each third may ride."""
        now = self.clock.now()
        for position in range(EACH):
            for talk_id in talk_ids:
                rides = position == 0 and talk_id % 3 == 0
                message = Post(
                    key=answer_key(f"in-{talk_id}" if rides else f"bot-{talk_id}", position),
                    kind="official_account.reply",
                    payload=reply_to_json(Text(f"bot {talk_id}")),
                    conversation_id=talk_id,
                    held_until=now if rides else None,
                )
                outbox.post(session, self.sealer, message, now)

    async def ride(self, talk_id: int) -> None:
        """WeChat's own request looks for an answer to ride in it."""
        await self.pause()
        now, key = self.clock.now(), f"in-{talk_id}"
        rode = await self.database.write(outbox.claim_passive, self.sealer, key, now)
        if rode is not None:
            self.rode[talk_id] += 1

    async def take_over(self, talk_id: int) -> int:
        """Somebody takes it at some moment, and answers one in four at once."""
        await self.pause()
        count: int = await self.database.write(take, talk_id, self.staff_id, self.clock)
        if talk_id % 4 == 0:
            await self.database.write(self._answer, talk_id)
        return count

    async def send(self, until: asyncio.Event) -> None:
        """Send, and send what is left at the end."""
        while not until.is_set():
            if not await self.sender.send_due():
                await asyncio.sleep(0.005)
        while await self.database.read(is_unsettled):  # What is superseded counts as none sent.
            await self.sender.send_due()

    async def pause(self) -> None:
        await asyncio.sleep(self.chance.random() * 0.25)

    async def heard(self) -> dict[str, list[str]]:
        """Whom each follower heard since the last time, in the sandbox's order."""
        heard: dict[str, list[str]] = defaultdict(list)
        for openid, words in await self.followers.hear():
            heard[openid].append(words.split()[0])
        return heard

    def _answer(self, session: Session, talk_id: int) -> None:
        talk = conversations.lock(session, talk_id)
        words = [Text(f"staff {talk_id}")]
        now = self.clock.now()
        say_as(session, self.sealer, talk, self.staff_id, words, now, seen_epoch=1, key="1")


@pytest.fixture(scope="session")
def env_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sandbox's keys, which take a second to make."""
    file = tmp_path_factory.mktemp("keys") / "sandbox.env"
    write_keys(file, port=1, nlu_port=1)
    return file


@pytest.fixture
async def stage(
    database: Database,
    frozen_clock: FrozenClock,
    sealer: Sealer,
    env_file: Path,
    tmp_path: Path,
    aiohttp_server: Callable[..., Awaitable[TestServer]],
) -> AsyncIterator[Stage]:
    """One process that sends to the sandbox, and whoever takes over."""
    async with open_sandbox(env_file, tmp_path, frozen_clock, aiohttp_server) as followers:
        client = followers.client
        media = MediaLibrary(followers.account, client, tmp_path, database, frozen_clock)
        delivering = {"official_account.reply": ReplyDelivery(client, media, "wx-mini")}
        sender = Sender(database, frozen_clock, sealer, delivering, Background())
        yield Stage(database, frozen_clock, sealer, sender, followers, random.Random(7))


async def run(stage: Stage, talks: int) -> tuple[int, int]:
    """Let so many conversations be taken over mid-sentence; bot's messages begun, and cut off."""
    openids = stage.followers.write_in(talks)

    def open_talks(session: Session) -> list[int]:
        found = stage.begin(session, openids)
        stage.speak(session, found)
        return found

    if not stage.staff_id:
        stage.staff_id = await stage.database.write(hire, stage.clock.now())
    talk_ids = await stage.database.write(open_talks)
    over = asyncio.Event()
    sending = asyncio.create_task(stage.send(over))
    riding = asyncio.gather(*(stage.ride(each) for each in talk_ids if each % 3 == 0))
    counted = await asyncio.gather(*(stage.take_over(each) for each in talk_ids))
    await riding
    over.set()
    await sending

    heard = await stage.heard()
    afterwards = await stage.database.read(begun, talk_ids)
    for talk_id, openid, at_commit in zip(talk_ids, openids, counted, strict=True):
        assert afterwards[talk_id] == at_commit
        sent = ["bot"] * (at_commit - stage.rode[talk_id])
        assert heard[openid] in (sent, [*sent, "staff"])
    assert any("staff" in each for each in heard.values())
    started = sum(counted)
    return started, talks * EACH - started


@pytest.mark.database
async def test_nothing_of_the_bot_begins_after_a_takeover_has_committed(stage: Stage) -> None:
    started, cut_off = await run(stage, 20)

    assert started > 0
    assert cut_off > 0


@pytest.mark.slow
@pytest.mark.database
@pytest.mark.timeout(600)
async def test_nor_in_ten_thousand_messages_on_either_database(stage: Stage) -> None:
    started = cut_off = 0
    for _ in range(20):
        counts = await run(stage, 100)
        started, cut_off = started + counts[0], cut_off + counts[1]

    assert started + cut_off == 10_000
    assert min(started, cut_off) > 100
    accepted = await stage.followers.counter("accepted:custom/send")
    assert accepted == await stage.followers.counter("calls:custom/send") == stage.followers.seen


async def take_quietly(stage: Stage, talk_id: int, staff_id: int) -> Handover:
    """Take a conversation as the console does."""
    await until_quiet(stage.database, talk_id)
    return await stage.database.write(owning.take, talk_id, staff_id, 0, stage.clock.now())


async def test_who_takes_quietly_waits_for_what_is_being_sent(stage: Stage) -> None:
    now = stage.clock.now()

    def prepare(session: Session) -> tuple[int, int]:
        talk_id = begin_talk(session, now)
        stage.speak(session, [talk_id])
        return hire(session, now), talk_id

    staff_id, talk_id = await stage.database.write(prepare)
    (claimed,) = await stage.database.write(outbox.claim_due, stage.sealer, now)
    taken = asyncio.create_task(take_quietly(stage, talk_id, staff_id))
    await asyncio.sleep(0.2)
    assert not taken.done()

    await stage.database.write(outbox.record, claimed, Sent(), now)
    handover = await taken
    assert handover.staff_id == staff_id
    assert await stage.database.write(outbox.claim_due, stage.sealer, now) == []


async def test_an_answer_of_who_no_longer_has_it_is_refused_and_never_sent(stage: Stage) -> None:
    now = stage.clock.now()

    def prepare(session: Session) -> tuple[int, int, int]:
        talk_id = begin_talk(session, now)
        wang, li = hire(session, now), hire(session, now)
        owning.take(session, talk_id, wang, 0, now)
        talk = conversations.lock(session, talk_id)
        for is_new in (True, False):
            words = [Text("staff 1")]
            assert is_new is say_as(
                session, stage.sealer, talk, wang, words, now, seen_epoch=1, key="early"
            )
        owning.transfer(session, talk_id, wang, li, 1, now)
        with pytest.raises(OwnerChanged):
            say_as(session, stage.sealer, talk, wang, [Text("x")], now, seen_epoch=1, key="late")
        with pytest.raises(OwnerChanged):
            say_as(session, stage.sealer, talk, li, [Text("x")], now, seen_epoch=1, key="late")
        return talk_id, wang, li

    talk_id, _, li = await stage.database.write(prepare)
    while await stage.sender.send_due():
        pass

    assert await stage.followers.hear() == []
    talk = await stage.database.read(conversations.lock, talk_id)
    assert (talk.owner, talk.epoch) == (speaker_of(li), 2)
