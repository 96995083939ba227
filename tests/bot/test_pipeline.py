"""From an accepted message to saved replies: once each, in order, and never silent by mistake."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, get_args

import pytest
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlmodel import func, select
from structlog.testing import capture_logs

from bot import conversations, handlers, inbox, texts
from bot.clock import FrozenClock
from bot.database import Database
from bot.messages import SPOKEN_KINDS, Incoming, Kind, Text, reply_to_json
from bot.router import Router
from bot.tables import InboxState, OutboxState
from bot.turn import Shop, Turn
from commerce.customers.tables import Customer
from nlu.keyword_parser import KeywordParser
from tests.bot.counter import CARD, MENU, Counter, Ears, open_counter

Make = Callable[..., Incoming]
HELD, PENDING, PASSIVE = OutboxState.HELD, OutboxState.PENDING, OutboxState.PASSIVE
NOTHING_TO_SAY = {"unfollow", "scan", "event", "enter"}
AGENT = {"owner": "agent:7", "epoch": 1}


def words(content: str) -> dict[str, Any]:
    return reply_to_json(Text(content))


@pytest.mark.parametrize("kind", get_args(Kind))
async def test_the_shop_takes_a_turn_for_a_message_of_any_kind(
    database: Database,
    frozen_clock: FrozenClock,
    empty_shop: Shop,
    message: Make,
    kind: Kind,
) -> None:
    parser = Keywords()
    counter = open_counter(
        database, frozen_clock, empty_shop, parser=parser, router=handlers.all_handlers()
    )

    await counter.hear(message("你好", kind=kind, sent_at=frozen_clock.now()))

    assert await counter.inbox() == [InboxState.ANSWERED]
    assert parser.heard == (["你好"] if kind in SPOKEN_KINDS else [])
    assert (await counter.outbox() == []) is (kind in NOTHING_TO_SAY)


class Keywords:
    """The parser without Rasa; remembers what it was asked."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self._parser = KeywordParser()

    async def parse(self, text: str) -> Any:
        self.heard.append(text)
        return self._parser.parse(text)


async def test_an_answer_that_is_one_text_waits_for_the_passive_reply(
    counter: Counter, frozen_clock: FrozenClock, message: Make
) -> None:
    await counter.hear(message("在吗", sent_at=frozen_clock.now()))

    assert await counter.outbox() == [(HELD, words("第1句：在吗"))]
    assert await counter.send_all() == []


@pytest.mark.parametrize(
    ("text", "payloads"),
    [
        ("找鞋", [words("看看这双："), reply_to_json(CARD)]),
        ("选项", [reply_to_json(MENU)]),
    ],
)
async def test_an_answer_with_a_card_or_a_menu_goes_wholly_through_the_api(
    counter: Counter, frozen_clock: FrozenClock, message: Make, text: str, payloads: list[Any]
) -> None:
    await counter.hear(message(text, sent_at=frozen_clock.now()))

    assert await counter.outbox() == [(PENDING, each) for each in payloads]
    assert await counter.send_all() == payloads


async def test_a_text_that_comes_too_late_for_its_request_goes_through_the_api(
    counter: Counter, frozen_clock: FrozenClock, message: Make
) -> None:
    accepted = await counter.accept(message("在吗", sent_at=frozen_clock.now()))
    frozen_clock.advance(seconds=5)
    await counter.pipeline.answer(accepted.conversation_id, accepted.waiting)

    assert await counter.outbox() == [(PENDING, words("第1句：在吗"))]


async def test_messages_are_answered_in_the_order_they_were_sent(
    counter: Counter, frozen_clock: FrozenClock, message: Make
) -> None:
    now = frozen_clock.now()
    late = await counter.accept(message("清空", sent_at=now))
    await counter.accept(message("加购", sent_at=now - timedelta(seconds=2)))

    await counter.pipeline.answer(late.conversation_id, late.waiting)

    assert [each["content"] for _, each in await counter.outbox()] == ["第1句：加购", "第2句：清空"]
    assert await counter.inbox() == [InboxState.ANSWERED] * 2


async def test_messages_sent_in_a_burst_get_one_answer_each_in_order(
    counter: Counter, frozen_clock: FrozenClock, message: Make
) -> None:
    now = frozen_clock.now()
    burst = [message(f"第{n}条", sent_at=now + timedelta(seconds=n)) for n in range(8)]
    accepted = [await counter.accept(each) for each in burst]

    await asyncio.gather(
        *(
            counter.pipeline.answer(each.conversation_id, each.waiting)
            for each in reversed(accepted)
        )
    )

    answers = [each["content"] for _, each in await counter.outbox()]
    assert answers == [f"第{n + 1}句：第{n}条" for n in range(8)]


async def test_a_handler_that_fails_is_excused_and_the_conversation_goes_on(
    counter: Counter, frozen_clock: FrozenClock, message: Make
) -> None:
    with capture_logs() as lines:
        await counter.hear(message("出错", sent_at=frozen_clock.now()))
    await counter.hear(message("在吗", sent_at=frozen_clock.now()))

    assert [line["event"] for line in lines] == ["turn failed"]
    assert await counter.inbox() == [InboxState.QUARANTINED, InboxState.ANSWERED]
    assert await counter.outbox() == [(HELD, words(texts.SORRY)), (HELD, words("第1句：在吗"))]
    assert await counter.transcript() == [
        ("customer", "出错"),
        ("bot", texts.SORRY),
        ("customer", "在吗"),
        ("bot", "第1句：在吗"),
    ]


async def test_a_memory_that_no_longer_reads_is_forgotten_after_one_excuse(
    counter: Counter, frozen_clock: FrozenClock, message: Make
) -> None:
    await counter.hear(message("在吗", sent_at=frozen_clock.now()))
    await counter.change_conversation(memory={"offset": "no number"})

    with capture_logs():
        await counter.hear(message("还在吗", sent_at=frozen_clock.now()))
    await counter.hear(message("喂", sent_at=frozen_clock.now()))

    assert await counter.inbox() == [
        InboxState.ANSWERED,
        InboxState.QUARANTINED,
        InboxState.ANSWERED,
    ]


async def test_a_failing_database_leaves_the_message_waiting(
    database: Database, frozen_clock: FrozenClock, empty_shop: Shop, message: Make
) -> None:
    router, is_broken = Router(), True

    @router.fallback
    def fail_once(turn: Turn) -> list[Any]:
        if is_broken:
            raise OperationalError("UPDATE …", {}, Exception("disk I/O error"))
        return [Text("好了")]

    counter = open_counter(database, frozen_clock, empty_shop, router=router)
    incoming = message(sent_at=frozen_clock.now())
    with pytest.raises(OperationalError):
        await counter.hear(incoming)
    assert await counter.inbox() == [InboxState.PENDING]

    is_broken = False
    conversation = await counter.conversation()
    assert conversation.id is not None
    await counter.pipeline.answer_all(conversation.id)

    assert await counter.inbox() == [InboxState.ANSWERED]
    assert await counter.outbox() == [(HELD, words("好了"))]


@pytest.mark.parametrize("fault", [DataError, IntegrityError])
async def test_a_turn_that_the_database_refuses_ends_with_an_apology(
    database: Database,
    frozen_clock: FrozenClock,
    empty_shop: Shop,
    message: Make,
    fault: type[DataError | IntegrityError],
) -> None:
    router = Router()

    @router.fallback
    def fail(turn: Turn) -> list[Any]:
        raise fault("INSERT …", {}, Exception(f"refused for {turn.conversation_id}"))

    counter = open_counter(database, frozen_clock, empty_shop, router=router)
    with capture_logs():
        await counter.hear(message(sent_at=frozen_clock.now()))

    assert await counter.inbox() == [InboxState.QUARANTINED]
    assert await counter.outbox() == [(HELD, words(texts.SORRY))]


async def test_a_message_tried_too_often_is_given_up_with_an_apology(
    counter: Counter, frozen_clock: FrozenClock, message: Make
) -> None:
    incoming = message(sent_at=frozen_clock.now())
    accepted = await counter.accept(incoming)
    for _ in range(inbox.MOST_ATTEMPTS):
        frozen_clock.advance(hours=1)
        await counter.database.write(inbox.take_up_left_behind, frozen_clock.now())

    with capture_logs():
        await counter.pipeline.answer_all(accepted.conversation_id)

    assert await counter.inbox() == [InboxState.QUARANTINED]
    assert [each for _, each in await counter.outbox()] == [words(texts.SORRY)]


async def test_nobody_apologises_where_a_person_answers(
    counter: Counter, frozen_clock: FrozenClock, message: Make
) -> None:
    accepted = await counter.accept(message(sent_at=frozen_clock.now()))
    talk_id, now = accepted.conversation_id, frozen_clock.now()
    await counter.database.write(
        conversations.change_owner, talk_id, "staff:1", now, seen_owner="bot", seen_epoch=0
    )
    for _ in range(inbox.MOST_ATTEMPTS):
        frozen_clock.advance(hours=1)
        await counter.database.write(inbox.take_up_left_behind, frozen_clock.now())

    with capture_logs():
        await counter.pipeline.answer_all(talk_id)

    assert await counter.inbox() == [InboxState.QUARANTINED]
    assert await counter.outbox() == []


async def test_a_parser_that_breaks_its_promise_leaves_the_message_waiting(
    database: Database, frozen_clock: FrozenClock, empty_shop: Shop, message: Make
) -> None:
    class Broken(Ears):
        async def parse(self, text: str) -> Any:
            raise RuntimeError(f"no language for {text}")

    counter = open_counter(database, frozen_clock, empty_shop, parser=Broken())
    with pytest.raises(RuntimeError):
        await counter.hear(message(sent_at=frozen_clock.now()))

    assert await counter.inbox() == [InboxState.PENDING]


@pytest.fixture
def second_counter(
    database_url: str, frozen_clock: FrozenClock, empty_shop: Shop
) -> Iterator[Counter]:
    """Another process of the same shop."""
    database = Database(database_url)
    yield open_counter(database, frozen_clock, empty_shop)
    database.close()


@pytest.mark.database
async def test_two_processes_answer_each_message_once(
    counter: Counter, second_counter: Counter, frozen_clock: FrozenClock, message: Make
) -> None:
    now = frozen_clock.now()
    messages = [
        message(f"{openid}-{n}", openid=openid, sent_at=now + timedelta(seconds=n))
        for n in range(6)
        for openid in ("o-alice", "o-bob", "o-carol")
    ]

    await asyncio.gather(
        *(each.hear(incoming) for incoming in messages for each in (counter, second_counter))
    )

    assert await counter.inbox() == [InboxState.ANSWERED] * 18
    answers = [each["content"] for _, each in await counter.outbox()]
    assert sorted(each.partition("：")[2] for each in answers) == sorted(
        each.text for each in messages
    )
    lines = [author for author, _ in await counter.transcript()]
    assert lines.count("customer") == lines.count("bot") == 18
    customers = await counter.database.read(
        lambda session: session.exec(select(func.count()).select_from(Customer)).one()
    )
    assert customers == 3


@pytest.mark.database
async def test_two_processes_count_every_turn_of_one_conversation(
    counter: Counter, second_counter: Counter, frozen_clock: FrozenClock, message: Make
) -> None:
    now = frozen_clock.now()
    messages = [message(f"m{n}", sent_at=now + timedelta(seconds=n)) for n in range(12)]

    await asyncio.gather(
        *((counter, second_counter)[n % 2].hear(incoming) for n, incoming in enumerate(messages))
    )

    counted = sorted(
        int(each["content"][1:].partition("句")[0]) for _, each in await counter.outbox()
    )
    assert counted == list(range(1, 13))
    assert (await counter.conversation()).memory["offset"] == 12


async def test_the_bot_keeps_silent_while_an_agent_has_the_conversation(
    counter: Counter, frozen_clock: FrozenClock, message: Make
) -> None:
    await counter.hear(message("选项", sent_at=frozen_clock.now()))
    await counter.change_conversation(**AGENT, step="some question")

    await counter.hear(message("人呢", sent_at=frozen_clock.now()))

    assert await counter.inbox() == [InboxState.ANSWERED] * 2
    assert await counter.transcript() == [
        ("customer", "选项"),
        ("bot", "您想做什么？\n· 找商品\n· 转人工\n点一个就行"),
        ("customer", "人呢"),
    ]
    assert (await counter.conversation()).step == "some question"
    assert await counter.send_all() == []
    assert await counter.outbox() == [(OutboxState.SUPERSEDED, reply_to_json(MENU))]


async def test_a_turn_opens_the_reply_window_from_the_moment_the_message_came(
    counter: Counter, frozen_clock: FrozenClock, message: Make
) -> None:
    received_at = frozen_clock.now()
    accepted = await counter.accept(message("在吗", sent_at=received_at))
    frozen_clock.advance(seconds=3)
    await counter.pipeline.answer(accepted.conversation_id, accepted.waiting)

    talk = await counter.conversation()
    assert (talk.window_opened_by, talk.window_opened_at) == ("message", received_at)
    assert talk.window_used == 0


async def test_what_was_parked_leaves_before_the_answer_when_the_customer_writes_again(
    counter: Counter, frozen_clock: FrozenClock, message: Make
) -> None:
    await counter.hear(message("选项", sent_at=frozen_clock.now()))
    frozen_clock.advance(hours=49)
    assert await counter.send_all() == []
    assert await counter.outbox() == [(OutboxState.PARKED, reply_to_json(MENU))]

    await counter.hear(message("找鞋", sent_at=frozen_clock.now()))

    sent = await counter.send_all()
    assert sent == [reply_to_json(MENU), words("看看这双："), reply_to_json(CARD)]


async def test_wechat_is_asked_who_a_customer_is_when_new_and_at_every_follow(
    counter: Counter, frozen_clock: FrozenClock, message: Make
) -> None:
    for kind in ("text", "text", "follow", "text", "unfollow", "follow"):
        await counter.hear(message("你好", kind=kind, sent_at=frozen_clock.now()))
        frozen_clock.advance(minutes=10)

    profiles = await counter.outbox("official_account.profile")
    assert profiles == [(PENDING, {"openid": "o-alice"})] * 3


async def test_a_repeated_delivery_takes_no_second_turn(
    counter: Counter, frozen_clock: FrozenClock, message: Make
) -> None:
    incoming = message("在吗", sent_at=frozen_clock.now())

    deliveries = [await counter.hear(incoming) for _ in range(3)]

    assert [each.is_new for each in deliveries] == [True, False, False]
    assert await counter.outbox() == [(HELD, words("第1句：在吗"))]
    assert len(await counter.transcript()) == 2


async def test_one_turn_says_three_things_at_most(
    database: Database, frozen_clock: FrozenClock, empty_shop: Shop, message: Make
) -> None:
    router = Router()
    router.fallback(lambda _turn: [Text(str(n)) for n in range(5)])
    counter = open_counter(database, frozen_clock, empty_shop, router=router)

    await counter.hear(message(sent_at=frozen_clock.now()))

    assert await counter.send_all() == [words("0"), words("1"), words("2")]
