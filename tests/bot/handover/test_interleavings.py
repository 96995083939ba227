"""A takeover against messages on their way: none of the bot's begins once it has committed.

A message begins with the commit of its claim. The transaction of each takeover counts what had
begun; when all is quiet the count must be the same, and the far end must have heard no more.
"""

import asyncio
import random
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
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
from bot.sender import Sender
from bot.tables import Conversation, OutboxMessage, OutboxState
from commerce.inserting import id_of
from commerce.sealing import Sealer
from tests.bot.conftest import ACCOUNT
from tests.bot.handover.conftest import begin_talk, hire
from tests.wecom.far_end import FarEnd
from wecom.transport import AsyncWeChatClient

SEND = "/cgi-bin/message/custom/send"
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
    """A shop that sends to a far end which counts."""

    database: Database
    clock: FrozenClock
    sealer: Sealer
    sender: Sender
    wechat: FarEnd
    chance: random.Random
    staff_id: int = 0
    rode: Counter[int] = field(default_factory=Counter)

    def begin(self, session: Session, talks: int) -> list[int]:
        """So many customers have just written."""
        now = self.clock.now()
        found = [
            Conversation(
                channel="official_account",
                account=ACCOUNT,
                external_user=f"o-{uuid.uuid4().hex}",
                window_opened_by="message",
                window_opened_at=now,
                updated_at=now,
            )
            for _ in range(talks)
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

    def heard(self, who: str) -> Counter[int]:
        """What the far end heard of somebody, by conversation."""
        words = [call.content["text"]["content"] for call in self.wechat.calls]
        return Counter(int(word.split()[1]) for word in words if word.startswith(who))

    def _answer(self, session: Session, talk_id: int) -> None:
        talk = conversations.lock(session, talk_id)
        words = [Text(f"staff {talk_id}")]
        now = self.clock.now()
        say_as(session, self.sealer, talk, self.staff_id, words, now, seen_epoch=1, key="1")


@pytest.fixture
def stage(
    database: Database,
    frozen_clock: FrozenClock,
    sealer: Sealer,
    wechat: FarEnd,
    wechat_client: AsyncWeChatClient,
    tmp_path: Path,
) -> Stage:
    """One process that sends, and whoever takes over."""
    media = MediaLibrary(ACCOUNT, wechat_client, tmp_path, database, frozen_clock)
    delivering = {"official_account.reply": ReplyDelivery(wechat_client, media, "wx-mini")}
    sender = Sender(database, frozen_clock, sealer, delivering, Background())
    return Stage(database, frozen_clock, sealer, sender, wechat, random.Random(7))


async def run(stage: Stage, talks: int) -> tuple[int, int]:
    """Let so many conversations be taken over mid-sentence; bot's messages begun, and cut off."""

    def open_talks(session: Session) -> list[int]:
        found = stage.begin(session, talks)
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

    heard, answered = stage.heard("bot"), stage.heard("staff")
    afterwards = await stage.database.read(begun, talk_ids)
    for talk_id, at_commit in zip(talk_ids, counted, strict=True):
        assert afterwards[talk_id] == at_commit
        assert heard[talk_id] + stage.rode[talk_id] <= at_commit  # A call may have timed out.
        assert answered[talk_id] <= 1
    assert sum(answered.values()) > 0
    stage.wechat.calls.clear()
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

    assert stage.wechat.calls == []
    talk = await stage.database.read(conversations.lock, talk_id)
    assert (talk.owner, talk.epoch) == (speaker_of(li), 2)
