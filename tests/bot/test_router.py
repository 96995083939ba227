"""Who answers a turn."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import cast

import pytest
from sqlmodel import Session

from bot.handlers import all_handlers
from bot.memory import Memory
from bot.messages import Choices, Incoming, Kind, Reply, Text
from bot.router import MOST_REPLIES, Router
from bot.turn import Shop, Turn
from nlu.understanding import CUSTOMER_INTENTS, Understanding

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
type Answering = Callable[[Turn], Sequence[Reply]]


def a_turn(
    intent: str = "greet", *, asked: str = "", memory: Memory | None = None, kind: Kind = "text"
) -> Turn:
    return Turn(
        session=cast("Session", None),
        shop=cast("Shop", None),
        now=NOW,
        customer_id=1,
        conversation_id=1,
        incoming=Incoming("k", "official_account", "wx", "o-alice", kind, "你好", NOW),
        understanding=Understanding("你好", intent, 0.9),
        memory=memory or Memory(),
        asked=asked,
    )


def saying(*words: str) -> Answering:
    return lambda _turn: [Text(each) for each in words]


def nothing(_turn: Turn) -> None:
    return None


def test_every_intent_of_a_customer_has_a_handler() -> None:
    assert all_handlers().intents == {intent.value for intent in CUSTOMER_INTENTS}
    assert len(CUSTOMER_INTENTS) == 35


def test_the_open_question_is_asked_first_then_what_is_in_view_then_the_intent() -> None:
    router = Router()
    router.intent("greet")(saying("intent"))
    memory = Memory(in_view="list")
    assert router.answer(a_turn(asked="variant", memory=memory)) == [Text("intent")]

    router.view("list")(saying("view"))
    assert router.answer(a_turn(asked="variant", memory=memory)) == [Text("view")]

    router.step("variant")(saying("step"))
    assert router.answer(a_turn(asked="variant", memory=memory)) == [Text("step")]
    assert router.answer(a_turn(memory=memory)) == [Text("view")]


def test_what_is_no_answer_goes_to_its_own_intent() -> None:
    router = Router()
    router.step("variant")(nothing)
    router.view("list")(nothing)
    router.intent("greet")(saying("hello"))

    assert router.answer(a_turn(asked="variant", memory=Memory(in_view="list"))) == [Text("hello")]


def test_an_answer_of_no_words_is_an_answer() -> None:
    router = Router()
    router.step("cancel_order")(saying())
    router.intent("greet")(saying("hello"))

    assert router.answer(a_turn(asked="cancel_order")) == []


def test_a_kind_has_its_handler_whatever_is_asked() -> None:
    router = Router()
    router.kind("image")(saying("a picture"))
    router.step("variant")(saying("step"))

    assert router.answer(a_turn(asked="variant", kind="image")) == [Text("a picture")]


def test_what_nobody_answers_goes_to_the_fallback() -> None:
    router = Router()
    assert router.answer(a_turn("nlu_fallback")) == []

    router.fallback(saying("again?"))
    assert router.answer(a_turn("nlu_fallback")) == [Text("again?")]


def test_at_most_three_replies_leave() -> None:
    router = Router()
    router.intent("greet")(saying(*"12345"))

    assert len(router.answer(a_turn())) == MOST_REPLIES == 3


@pytest.mark.parametrize("register", ["step", "view", "intent", "kind"])
def test_two_handlers_for_one_thing_are_refused(register: str) -> None:
    first, second = Router(), Router()
    getattr(first, register)("list")(saying("one"))
    with pytest.raises(ValueError, match="has a handler already"):
        getattr(first, register)("list")(saying("two"))

    getattr(second, register)("list")(saying("two"))
    with pytest.raises(ValueError, match="has a handler already"):
        first.include(second)


def test_including_a_router_without_a_fallback_keeps_the_one_there_is() -> None:
    router = Router()
    router.fallback(saying("again?"))
    router.include(Router())

    assert router.answer(a_turn("nlu_fallback")) == [Text("again?")]


def test_a_question_that_was_not_kept_is_forgotten() -> None:
    router = Router()
    router.intent("greet")(saying("hello"))
    router.intent("thank")(lambda turn: [Text(turn.keep_question())])
    about = {"words": "要哪个？", "product": 7}

    kept = a_turn("thank", asked="variant", memory=Memory(question=dict(about)))
    assert router.answer(kept) == [Text("要哪个？")]
    assert (kept.step, kept.memory.question) == ("variant", about)

    dropped = a_turn("greet", asked="variant", memory=Memory(question=dict(about)))
    router.answer(dropped)
    assert (dropped.step, dropped.memory.question) == ("", {})


def test_understanding_ends_the_count_of_misunderstandings() -> None:
    router = Router()
    router.intent("greet")(saying("hello"))

    @router.fallback
    def count(turn: Turn) -> Sequence[Reply]:
        turn.memory.misunderstood += 1
        return []

    memory = Memory()
    router.answer(a_turn("nlu_fallback", memory=memory))
    router.answer(a_turn("nlu_fallback", memory=memory))
    assert memory.misunderstood == 2

    router.answer(a_turn("greet", memory=memory))
    assert memory.misunderstood == 0


def asking(turn: Turn, words: str) -> Sequence[Reply]:
    return [turn.ask("size", words)]


def in_between(*, lasting: bool = True) -> Router:
    """A router with one question, some things to ask in between, and one to do instead."""
    router = Router()
    router.step("size", lasting=lasting)(nothing)
    router.intent("ask_shipping")(saying("包邮"))
    router.intent("greet")(lambda _turn: [Choices("您好", ("找商品",))])
    router.intent("ask_store")(lambda turn: asking(turn, "哪家店？"))
    router.intent("search_product")(saying("找到了"))
    return router


def test_a_lasting_question_is_put_again_after_what_was_asked_in_between() -> None:
    router = in_between()
    memory = Memory(question={"words": "什么尺码？"})

    first = a_turn("ask_shipping", asked="size", memory=memory)
    assert router.answer(first) == [Text("包邮\n对了，什么尺码？")]
    second = a_turn("greet", asked=first.step, memory=memory)
    assert router.answer(second) == [Choices("您好", ("找商品",)), Text("对了，什么尺码？")]
    third = a_turn("ask_shipping", asked=second.step, memory=memory)
    assert router.answer(third) == [Text("包邮")]
    assert third.step == "size"


def test_another_wish_or_another_question_ends_a_lasting_one() -> None:
    router = in_between()

    for intent, step in (("search_product", ""), ("ask_store", "size")):
        memory = Memory(question={"words": "什么尺码？"})
        turn = a_turn(intent, asked="size", memory=memory)
        assert "什么尺码" not in str(router.answer(turn))
        assert turn.step == step
        assert memory.question.get("words") != "什么尺码？"


def test_a_question_that_must_not_last_ends_with_what_was_asked_in_between() -> None:
    router = in_between(lasting=False)
    turn = a_turn("ask_shipping", asked="size", memory=Memory(question={"words": "清空吗？"}))

    assert router.answer(turn) == [Text("包邮")]
    assert (turn.step, turn.memory.question) == ("", {})


def test_what_may_be_said_anywhere_is_heard_before_what_is_in_view() -> None:
    router, other = Router(), Router()
    router.view("list")(saying("view"))
    other.anywhere(nothing)
    other.anywhere(saying("anywhere"))
    router.include(other)

    assert router.answer(a_turn(memory=Memory(in_view="list"))) == [Text("anywhere")]


def test_a_step_may_leave_the_turn_to_what_it_was_meant_as() -> None:
    router = Router()

    @router.step("guess", lasting=True)
    def yes(turn: Turn) -> None:
        turn.take_as("到哪了", "track_shipment", {})

    router.intent("track_shipment")(saying("在路上"))
    turn = a_turn("affirm", asked="guess", memory=Memory(question={"words": "物流吗？"}))

    assert router.answer(turn) == [Text("在路上")]
    assert turn.step == ""
