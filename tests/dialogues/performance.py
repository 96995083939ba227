"""A dialogue played against the shop, each line of it checked, and told in full if one fails."""

import json
from dataclasses import dataclass, field
from typing import Any, Final

from sqlmodel import Session, select

from bot import texts
from bot.messages import Reply, reply_as_words
from bot.router import MOST_REPLIES
from commerce.inserting import id_of
from commerce.ordering import orders
from commerce.ordering.tables import Order, Reservation
from nlu.understanding import Understanding
from tests.commerce.shop import assert_money_adds_up, replayed_state
from tests.dialogues import rows
from tests.dialogues.blanks import Blanks
from tests.dialogues.chat import Chat
from tests.dialogues.grammar import (
    ANSWER,
    UNCHANGED,
    UNSAID,
    Check,
    Dialogue,
    Scene,
    intents,
    key_words,
)
from tests.dialogues.happenings import Deed, Numbers, later
from tests.dialogues.rows import Rows, Unreadable

SOURCES: Final = ("rasa", "shortcut")
_SILENCE: Final = "（没有回复）"


@dataclass(frozen=True, slots=True)
class Moment:
    """What came of one scene."""

    heard: tuple[Reply, ...]
    said: Understanding | None
    taken_as: str
    """The intent that the conversation made of it: of 三文鱼的 三盒 after 猫条, to buy them."""
    asked: str
    """The question that was open before it."""
    before: Rows
    now: Rows

    @property
    def words(self) -> str:
        """All that the shop said."""
        return "\n".join(map(reply_as_words, self.heard))


@dataclass
class Performance:
    """One dialogue with one shop."""

    dialogue: Dialogue
    chat: Chat
    told: list[str] = field(default_factory=list)
    """The conversation so far, with what was understood, for people to read."""
    faults: int = 0

    def __post_init__(self) -> None:
        self.numbers = Numbers()
        self.blanks = Blanks(self.numbers)

    async def play(self) -> None:
        """Have the whole dialogue; what went wrong stands in `told`, marked ✗."""
        await self.chat.does(self.chat.conversation_id)
        before = await self._rows()
        for scene in self.dialogue.scenes:
            try:
                before = await self._scene(scene, before)
            except Unreadable as error:
                self._fault(f"第{scene.line}行起：{error}")
                break
        if await self.chat.quarantined():
            self._fault("有消息处理出错，被搁置了")
        await self.chat.database.read(assert_books_balance)

    def report(self) -> str:
        """The conversation, for the one who has to find out what went wrong."""
        return "\n".join([f"{self.dialogue.title}：{self.faults}处不对", *self.told])

    async def _scene(self, scene: Scene, before: Rows) -> Rows:
        asked = await self.chat.step()
        words = self._filled(scene.words, before)
        said = await self._happens(scene, words)
        heard = tuple(await self.chat.hears())
        kept = await self.chat.last_understood() if scene.is_turn else {}
        moment = Moment(
            heard=heard,
            said=said if scene.is_spoken else None,
            taken_as=str(kept.get("intent", "")),
            asked=asked,
            before=before,
            now=await self._rows(),
        )
        kind = "" if scene.kind == "text" else f"（{scene.kind}）"
        self.told.append(f"{scene.who}{kind}：{words}")
        if scene.is_turn:
            self.told.append(f"    ⟨{_understood(kept)}⟩")
        self.told += [_indented(reply_as_words(reply)) for reply in heard] or [f"  {_SILENCE}"]
        for check in scene.checks:
            self._check(check, moment)
        self.blanks.notice(moment.words)
        self._check_manners(scene, moment)
        return moment.now

    async def _happens(self, scene: Scene, words: str) -> Understanding | None:
        """Have the scene; what was understood, if it was the customer's turn."""
        if scene.is_turn:
            return await self.chat.says(words, scene.kind)
        if scene.who == "时间":
            await self.chat.passes(later(words))
            return None
        await self.chat.does(
            lambda session: Deed(session, self.chat, self.numbers).do(scene.who, words)
        )
        return None

    def _filled(self, words: str, now: Rows) -> str:
        return self.blanks.fill(words, [number for number, *_ in now.requests])

    def _check(self, check: Check, moment: Moment) -> None:
        wanted = self._filled(check.wanted, moment.now)
        found = self._found(check.what, wanted, moment)
        if found is not None:
            self._fault(f"第{check.line}行 {check.what}：要“{wanted}”，是“{found}”")

    def _found(self, what: str, wanted: str, moment: Moment) -> str | None:
        """What was found instead of what is wanted; None when it is as wanted."""
        now, before = moment.now, moment.before
        match what:
            case "意图":
                return _intent_found(wanted, moment)
            case "回复":
                return _missing_words(wanted, moment.words)
            case "不说":
                said = [each for forms in key_words(wanted) for each in forms]
                return " / ".join(each for each in said if each in moment.words) or None
            case "购物车":
                is_right = (
                    now.cart == before.cart
                    if wanted == UNCHANGED
                    else rows.is_this_cart(wanted, now.cart)
                )
                return None if is_right else rows.in_words(now.cart)
            case "订单" | "售后" | "个人信息":
                known, found = before.of(what), now.of(what)
                is_right = known == found if wanted == UNCHANGED else rows.are_these(wanted, found)
                return None if is_right else rows.in_words(found)
            case "寄到":
                return None if _missing_words(wanted, now.address) is None else now.address
            case "推送":
                state = "停" if now.is_unsubscribed else "开"
                return None if state == wanted else state
            case "叫人":
                state = "有" if now.people_wanted > before.people_wanted else "无"
                return None if state == wanted else state
            case _:
                raise Unreadable(what)

    def _check_manners(self, scene: Scene, moment: Moment) -> None:
        """What holds for every turn, whatever it is about."""
        if scene.is_turn and len(moment.heard) > MOST_REPLIES:
            self._fault(f"一次发了{len(moment.heard)}条，最多{MOST_REPLIES}条")
        if any(len(reply_as_words(each).encode()) > texts.LONGEST for each in moment.heard):
            self._fault(f"有一条超过{texts.LONGEST}字节")
        if texts.SORRY in moment.words:
            self._fault("说了“出了点小问题”")
        if moment.said is not None and moment.said.source not in SOURCES:
            self._fault(f"不是Rasa听的，是{moment.said.source}")
        told = {check.what for check in scene.checks}
        for what in {"售后", "个人信息"} - told:
            if moment.now.of(what) != moment.before.of(what):
                self._fault(f"没写的{what}：{rows.in_words(moment.now.of(what))}")
        if "推送" not in told and moment.now.is_unsubscribed != moment.before.is_unsubscribed:
            self._fault("推送变了，文件里没写")

    def _fault(self, words: str) -> None:
        self.faults += 1
        self.told.append(f"  ✗ {words}")

    async def _rows(self) -> Rows:
        customer_id = await self.chat.does(self.chat.customer_id)
        sealer = self.chat.shop.sealer
        return await self.chat.database.read(rows.rows_of, sealer, customer_id)


def assert_books_balance(session: Session) -> None:
    """Every order's parts sum to its whole, its goods are held or sold, its money is accounted."""
    for order in session.exec(select(Order)):
        lines = orders.list_lines(session, order)
        assert order.goods_total == sum(line.price * line.quantity for line in lines)
        assert order.payable == order.goods_total - order.discount + order.freight
        assert sum(line.total for line in lines) == order.goods_total - order.discount
        held = session.exec(select(Reservation).where(Reservation.order_id == id_of(order))).all()
        assert {each.variant_id: each.quantity for each in held} == {
            line.variant_id: line.quantity for line in lines
        }
        assert replayed_state(session, order) == order.state
    assert_money_adds_up(session)


def _intent_found(wanted: str, moment: Moment) -> str | None:
    """The intent when it is another, as it was heard and as it was taken in the conversation.

    An answer is one only to a question that was open.
    """
    if wanted == UNSAID:
        return None if moment.said is None else str(moment.said.intent)
    if ANSWER in intents(wanted) and moment.asked:
        return None
    intent = "没听成什么" if moment.said is None else str(moment.said.intent)
    return None if {intent, moment.taken_as} & set(intents(wanted)) else intent


def _missing_words(wanted: str, words: str) -> str | None:
    """The key words that are not there; None when all are."""
    if wanted == UNSAID:
        return words or None
    missing = [forms for forms in key_words(wanted) if not any(form in words for form in forms)]
    return "没有 " + " / ".join(" | ".join(forms) for forms in missing) if missing else None


def _understood(kept: dict[str, Any]) -> str:
    """What was understood, in a line."""
    if not kept:
        return "没有记下"
    entities = json.dumps(kept["entities"], ensure_ascii=False) if kept["entities"] else ""
    step = f" 问 {kept['asked'] or '-'}→{kept['asks'] or '-'}"
    guess = f"({kept['guess']})" if kept["intent"] == "nlu_fallback" else ""
    confidence = f"{kept['confidence']:.2f}"
    return (
        f"{kept['intent']}{guess} {confidence} {kept['source']} {entities} {kept['handler']}{step}"
    )


def _indented(words: str) -> str:
    return "\n".join(f"  | {line}" for line in words.splitlines())
