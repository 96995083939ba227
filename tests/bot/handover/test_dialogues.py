"""What a customer hears on the way to a person and back, through the real pipeline."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import Session, col, select

from bot import conversations, handlers
from bot.clock import FrozenClock
from bot.database import Database
from bot.handover import owning, terms
from bot.handover.episodes import find_live, speaker_of
from bot.handover.service_tables import Rating
from bot.handover.tables import Handover
from bot.handover.words import note_answer, say_as
from bot.listeners import Listeners
from bot.memory import Memory
from bot.messages import Incoming, Text
from bot.tables import Conversation
from bot.turn import Shop
from commerce.calendar.hours import set_week
from commerce.ordering import cart
from nlu.keyword_parser import KeywordParser
from nlu.understanding import Understanding
from tests.bot.counter import Counter, open_counter
from tests.bot.handover.conftest import hire
from tests.commerce.shop import put_on_sale

type Make = Callable[..., Incoming]
SATISFIED = "满意"


class Keywords:
    """The parser without Rasa."""

    def __init__(self) -> None:
        self._parser = KeywordParser()

    async def parse(self, text: str) -> Understanding:
        found = self._parser.parse(text)
        return found if found.confidence >= 0.4 else found.as_fallback()


class Customer:
    """One customer, and the shop's people beside them."""

    def __init__(self, counter: Counter, clock: FrozenClock, message: Make) -> None:
        self.counter, self.clock, self.message = counter, clock, message
        self.heard_up_to = 0
        self.listeners = Listeners(counter.database, clock, counter.sealer, counter.sender)

    async def says(self, text: str) -> str:
        """What the shop answers to that, at once and because of it."""
        self.clock.advance(seconds=2)
        await self.counter.hear(self.message(text, sent_at=self.clock.now()))
        return await self.hears()

    async def hears(self) -> str:
        """What the shop's bot has said since."""
        while await self.counter.database.write(self.listeners.handle_some):
            pass
        rows = await self.counter.outbox()
        new = rows[self.heard_up_to :]
        self.heard_up_to = len(rows)
        return "\n".join(str(content.get("content") or content.get("head")) for _, content in new)

    async def staff(self, act: Callable[..., Any], *args: Any, **named: Any) -> Any:
        """Somebody of the shop does something."""
        self.clock.advance(seconds=1)
        return await self.counter.database.write(act, *args, self.clock.now(), **named)

    async def talk(self) -> Conversation:
        return await self.counter.conversation()


@pytest.fixture
def customer(
    database: Database, frozen_clock: FrozenClock, empty_shop: Shop, message: Make
) -> Customer:
    """Writes to a shop with all its handlers."""
    counter = open_counter(
        database, frozen_clock, empty_shop, parser=Keywords(), router=handlers.all_handlers()
    )
    return Customer(counter, frozen_clock, message)


async def is_taken(customer: Customer) -> int:
    """Somebody is hired and takes the conversation; their number."""
    staff_id: int = await customer.staff(hire)
    talk = await customer.talk()
    await customer.staff(owning.take, talk.id, staff_id, talk.epoch)
    return staff_id


async def test_who_asks_hears_their_place_how_long_and_how_to_leave(customer: Customer) -> None:
    await customer.staff(hire, is_online=False)

    assert "马上轮到您" in await customer.says("转人工")
    assert "还在帮您排队" in await customer.says("转人工")
    assert "马上轮到您" in await customer.says("还要多久")
    assert "取消排队" in await customer.says("取消排队")
    assert "取消排队" not in await customer.says("还要多久")


async def test_a_bare_no_leaves_the_queue_too(customer: Customer) -> None:
    await customer.staff(hire, is_online=False)
    await customer.says("转人工")

    assert "已经取消排队" in await customer.says("不用了")


async def test_while_they_wait_the_bot_answers_on(customer: Customer) -> None:
    await customer.staff(hire, is_online=False)
    await customer.says("转人工")

    assert "购物车还是空的" in await customer.says("购物车")


async def test_fifty_messages_to_a_person_are_stored_and_not_one_is_answered(
    customer: Customer,
) -> None:
    await customer.says("你好")
    await is_taken(customer)

    for number in range(50):
        assert await customer.says(f"问题{number}") == ""

    transcript = await customer.counter.transcript()
    assert [words for who, words in transcript if who == "customer"][1:] == [
        f"问题{number}" for number in range(50)
    ]


async def test_given_back_the_bot_goes_on_with_the_open_question_and_no_backlog(
    customer: Customer,
) -> None:
    await customer.says("你好")
    await customer.counter.change_conversation(
        step="clear_cart", memory={"question": {"words": "要清空吗？"}, "offset": 3}
    )
    staff_id = await is_taken(customer)
    before = Memory.model_validate((await customer.talk()).memory)
    assert await customer.says("转人工") == ""
    late = customer.message("还没处理的话", sent_at=customer.clock.now())
    accepted = await customer.counter.accept(late)  # In the inbox, its turn not taken yet.
    talk = await customer.talk()

    await customer.staff(owning.hand_back, talk.id, speaker_of(staff_id), talk.epoch)
    await customer.counter.pipeline.answer(accepted.conversation_id, accepted.waiting)

    assert await customer.hears() == ""
    back = await customer.talk()
    assert (back.owner, back.step) == ("bot", "clear_cart")
    assert Memory.model_validate(back.memory) == before
    assert "购物车还是空的" in await customer.says("购物车")


@pytest.mark.parametrize("text", ["交还机器人", "转机器人", "找机器人。"])
async def test_the_customer_has_the_bot_again_by_asking_for_it(
    customer: Customer, text: str
) -> None:
    await customer.says("你好")
    await is_taken(customer)

    assert "还是我来" in await customer.says(text)
    assert (await customer.talk()).owner == "bot"
    assert "购物车还是空的" in await customer.says("购物车")


async def test_an_agent_gives_it_back_by_writing_so_and_the_customer_reads_nothing(
    customer: Customer,
) -> None:
    await customer.says("你好")
    staff_id = await is_taken(customer)
    talk = await customer.talk()

    def write(session: Session, now: Any) -> bool:
        view = conversations.lock(session, talk.id or 0)
        words = [Text("交还机器人")]
        sealer = customer.counter.sealer
        return say_as(session, sealer, view, staff_id, words, now, seen_epoch=1, key="a")

    assert await customer.staff(write)
    assert (await customer.talk()).owner == "bot"
    assert await customer.hears() == ""


async def test_out_of_hours_the_next_opening_is_told_once_a_day(customer: Customer) -> None:
    await customer.staff(hire, is_online=False)
    await customer.counter.database.write(set_week, {0: [(15 * 60, 18 * 60)]})

    assert "今天15:00上班" in await customer.says("转人工")
    again = await customer.says("转人工")
    assert "15:00" not in again
    assert "已经留好" in again

    customer.clock.advance(hours=24)
    assert "11月30日（周一）15:00" in await customer.says("转人工")


async def test_a_shop_without_people_notes_it_and_promises_no_queue(customer: Customer) -> None:
    assert "已经记下" in await customer.says("转人工")


async def test_repeated_anger_brings_a_person_beside_the_answer(customer: Customer) -> None:
    await customer.staff(hire, is_online=False)
    assert "同事" not in await customer.says("什么垃圾 购物车")

    said = await customer.says("太差了 购物车")

    assert "已经帮您转给店里的同事" in said
    assert await reasons(customer) == ["anger"]


async def test_a_large_cart_is_given_to_a_person_at_the_first_thing_not_understood(
    customer: Customer,
) -> None:
    await customer.staff(hire, is_online=False)
    await customer.says("咕噜咕噜")
    assert await reasons(customer) == []
    await customer.says("购物车")

    def fill_cart(session: Session, now: Any) -> None:
        terms.set_terms(session, large_cart_fen=9_900)
        talk = session.exec(select(Conversation)).one()
        cart.add(session, talk.customer_id or 0, put_on_sale(session, price=9_900), 1, now)

    await customer.staff(fill_cart)

    assert "我请店里的同事来帮您" in await customer.says("咕噜咕噜")
    assert await reasons(customer) == ["large_cart"]


async def test_what_is_not_understood_three_times_goes_to_a_person(customer: Customer) -> None:
    await customer.staff(hire, is_online=False)
    for _ in range(2):
        assert "同事" not in await customer.says("咕噜咕噜")

    assert "马上轮到您" in await customer.says("咕噜咕噜")
    assert await reasons(customer) == ["low_confidence"]


async def test_after_an_end_a_rating_is_asked_once_a_day_and_stored_however_late(
    customer: Customer,
) -> None:
    await customer.says("转人工")
    for round_ in (1, 2):
        staff_id = await is_taken(customer)
        talk = await customer.talk()

        def answer(session: Session, now: Any, talk_id: int = talk.id or 0) -> None:
            note_answer(session, find_live(session, talk_id), now)

        await customer.staff(answer)
        await customer.staff(owning.end, talk.id, speaker_of(staff_id), talk.epoch)
        asked = await customer.hears()
        assert ("您觉得怎么样" in asked) is (round_ == 1)

    customer.clock.advance(hours=60)
    assert "谢谢您的评价" in await customer.says(SATISFIED)
    (rating,) = await customer.counter.database.read(lambda s: s.exec(select(Rating)).all())
    assert rating.score == 3
    assert "谢谢您的评价" not in await customer.says(SATISFIED)


async def test_who_may_not_be_written_to_is_not_asked_and_the_history_says_so(
    customer: Customer,
) -> None:
    await customer.says("转人工")
    staff_id = await is_taken(customer)
    talk = await customer.talk()

    def answer(session: Session, now: Any) -> None:
        note_answer(session, find_live(session, talk.id or 0), now)

    await customer.staff(answer)
    customer.clock.advance(hours=49)
    await customer.staff(owning.end, talk.id, speaker_of(staff_id), talk.epoch)

    assert await customer.hears() == ""
    assert await customer.counter.database.read(lambda s: s.exec(select(Rating)).all()) == []


async def reasons(customer: Customer) -> list[str]:
    statement = select(Handover.reason).order_by(col(Handover.id))
    return list(await customer.counter.database.read(lambda s: s.exec(statement).all()))
