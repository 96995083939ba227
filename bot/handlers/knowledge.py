"""Questions about the shop: answered as it is written, asked back when near, else passed on."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

import structlog

from bot import texts
from bot.handlers import knowledge_words as words
from bot.handlers.answers import plain
from bot.handlers.knowledge_values import LiveValues
from bot.handlers.live_freight import LiveFreight
from bot.handlers.service import leave_word
from bot.messages import Choices, Reply, Text
from bot.router import Router
from bot.turn import Turn
from commerce.knowledge.placeholders import Unanswerable, fill
from commerce.knowledge.queries import list_valid_entries
from commerce.knowledge.tables import KnowledgeEntry
from nlu.understanding import Intent

log = structlog.get_logger()
router = Router()

ASKED_ON: Final[Mapping[str, str]] = {
    Intent.ASK_SHIPPING: "运费和到货时间",
    Intent.ASK_RETURN_POLICY: "退换和保修的规定",
    Intent.ASK_STORE: "门店的情况",
}
TROUBLE_WORDS: Final = re.compile(
    r"失败|不了|不成|没反应|报错|异常|扣了|重复|两次|多扣|打不开|转圈|卡住|出错|怎么办"
)
_THIS: Final = re.compile(r"[这那]|它")
OFFERED: Final = 2
FREIGHT_ENTRY: Final = "freight"
"""The key of 包邮吗, which templates answer as well: near is as good as certain."""


@router.intent(*ASKED_ON)
def ask_on(turn: Turn) -> Sequence[Reply]:
    """What has no certain answer is asked of the shop's people."""
    freight, is_plain = _freight(turn)
    if freight and (is_plain or _is_nearest(turn, FREIGHT_ENTRY)):
        return known_answer(turn) or [Text(freight)]
    known = answer_or_ask(turn)
    if known is not None:
        return known
    if freight:
        return [Text(freight)]
    unsure = texts.ASKED_ON.format(topic=ASKED_ON[turn.understanding.intent])
    return [Text(leave_word(turn, turn.understanding.intent, unsure))]


@router.intent(Intent.ASK_INVOICE)
def tell_about_invoices(turn: Turn) -> Sequence[Reply]:
    """The rules are known; writing one is a person's work."""
    known = answer_or_ask(turn)
    if known is not None:
        return known
    passed_on = texts.PASSED_ON.format(topic="开发票") + texts.SEND_ORDER_NO
    return [Text(leave_word(turn, Intent.ASK_INVOICE, passed_on))]


@router.intent(Intent.ASK_PAYMENT)
def tell_payment(turn: Turn) -> Sequence[Reply]:
    """How to pay; trouble with it is a person's business, whatever is written about it."""
    if not TROUBLE_WORDS.search(turn.text):
        return answer_or_ask(turn) or [Text(texts.PAYMENT)]
    entry = _certain_entry(turn)
    if entry is not None and entry.passes_on:
        return known_answer(turn) or []
    return [Text(leave_word(turn, Intent.ASK_PAYMENT, texts.PAYMENT_TROUBLE))]


@router.step("which_question")
def hear_which(turn: Turn) -> Sequence[Reply] | None:
    """One of the questions that were offered, tapped or by its number; or none of them."""
    offered: list[dict[str, str | int]] = turn.memory.question["offered"]
    said = plain(turn.text)
    if said == words.NONE_OF_THESE:
        return [Text(leave_word(turn, str(turn.memory.question["intent"]), words.LEFT_TO_PEOPLE))]
    for number, each in enumerate(offered, 1):
        if said in (plain(str(each["title"])), str(number), f"第{'一二三'[number - 1]}个"):
            entries = list_valid_entries(turn.session, [int(each["id"])], turn.now)
            return _answer(turn, entries.get(int(each["id"])))
    return None


def known_answer(turn: Turn) -> Sequence[Reply] | None:
    """The answer that is written for this question, if it is certain to be the one asked for."""
    return _answer(turn, _certain_entry(turn))


def answer_or_ask(turn: Turn) -> Sequence[Reply] | None:
    """The answer, or a choice of the nearest questions when one of them is probably meant.

    While another question is open none is asked.
    """
    if turn.found.is_certain or turn.asked or not turn.found.is_near:
        return known_answer(turn)
    entries = list_valid_entries(turn.session, turn.found.entry_ids, turn.now)
    near = [entries[id_] for id_ in turn.found.entry_ids if id_ in entries][:OFFERED]
    if not near:
        return None
    turn.ask(
        "which_question",
        words.WHICH_QUESTION,
        offered=[{"id": entry.id, "title": entry.title} for entry in near],
        intent=str(turn.understanding.intent),
    )
    titles = tuple(entry.title for entry in near)
    return [Choices(words.WHICH_QUESTION, (*titles, words.NONE_OF_THESE))]


def _freight(turn: Turn) -> tuple[str, bool]:
    """What templates answer, empty for nothing; and whether that is just what was asked."""
    if turn.understanding.intent != Intent.ASK_SHIPPING:
        return "", False
    live = LiveFreight(turn, turn.memory.focus if _THIS.search(turn.text) else None)
    return live.answer() or "", live.asks_cost_there


def _is_nearest(turn: Turn, key: str) -> bool:
    nearest = turn.found.entry_ids[:1]
    entries = list_valid_entries(turn.session, nearest, turn.now)
    return any(entry.key == key for entry in entries.values())


def _certain_entry(turn: Turn) -> KnowledgeEntry | None:
    if not turn.found.is_certain:
        return None
    first = turn.found.entry_ids[0]
    return list_valid_entries(turn.session, [first], turn.now).get(first)


def _answer(turn: Turn, entry: KnowledgeEntry | None) -> Sequence[Reply] | None:
    """The entry's answer with live values; None when a value is missing at present."""
    if entry is None:
        return None
    try:
        answer = fill(entry.answer, LiveValues(turn))
    except Unanswerable as error:
        log.warning("answer incomplete", entry=entry.key, missing=str(error))
        return None
    if entry.passes_on:
        leave_word(turn, f"knowledge:{entry.key}", answer)
    return [Text(texts.fitting(answer.splitlines()))]
