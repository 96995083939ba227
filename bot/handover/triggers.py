"""Why a customer is given to a person: what they say, what the bot failed at, who they are."""

import re
from dataclasses import dataclass
from typing import Final

from bot.handover.tables import Reason
from bot.handover.terms import get_terms
from bot.handover.vip import is_vip
from bot.memory import Memory
from bot.turn import Turn
from commerce.ordering import cart
from nlu.text import fold
from nlu.understanding import Intent

UNANSWERED_ENOUGH: Final = 2
"""Questions in one conversation that had no certain answer."""
MISUNDERSTOOD_ENOUGH: Final = 3
"""Turns in a row: asked back, shown the menu, then a person."""
ANGRY_TURN: Final = 3
"""An angry turn counts this much, and every turn takes one off: two in three are enough."""
ANGRY_ENOUGH: Final = 4
DEMANDS_ENOUGH: Final = 2

_ANGRY: Final = re.compile(
    r"垃圾|骗子|骗人|骗钱|坑人|坑我|黑店|黑心|气死|火大|发火|恼火|烦死|受够|无语|恶心|不要脸|有病|脑残"
    r"|智障|傻[逼叉x]|妈的|他妈|特么|狗屁|放屁|去死|滚(?!筒|轮|珠|边|石)|什么(?:破|烂|鬼|玩意)|太差|差劲|太烂"
    r"|忽悠|耍我|玩我|搞什么|干什么吃|敷衍|推卸|糊弄"
)
_CALM: Final = re.compile(r"无语言|垃圾(?:桶|袋|篓|处理)")
_DEMANDS: Final = re.compile(
    r"(?:快|赶紧|马上|立刻|必须|到底|还不|还没|怎么还|什么时候才|几天了|为什么不)"
    r".{0,8}(?:退(?:款|钱|我|货)|还(?:我)?钱|赔)"
    r"|(?:退(?:款|钱)|还(?:我)?钱|赔(?:钱|偿)?).{0,8}(?:还没|没到|没动静|没人理|几天|多久了|拖|催)"
    r"|把钱(?:还|退)|还我钱"
)


@dataclass(frozen=True, slots=True)
class Signals:
    """What is known of a turn once it was answered."""

    intent: str
    anger: int = 0
    refund_demands: int = 0
    misunderstood: int = 0
    unanswered: int = 0
    is_vip: bool = False
    has_large_cart: bool = False


def reason_for(signals: Signals) -> Reason | None:
    """Why a person is wanted, the strongest reason first; None leaves it to the bot."""
    failed = signals.misunderstood + signals.unanswered
    reasons = {
        Reason.ASKED: signals.intent == Intent.HUMAN_HANDOFF,
        Reason.REFUND_DISPUTE: signals.refund_demands >= DEMANDS_ENOUGH,
        Reason.COMPLAINT: signals.intent == Intent.COMPLAINT,
        Reason.ANGER: signals.anger >= ANGRY_ENOUGH,
        Reason.NO_ANSWER: signals.misunderstood >= MISUNDERSTOOD_ENOUGH
        or signals.unanswered >= UNANSWERED_ENOUGH,
        Reason.VIP: signals.is_vip and failed > 0,
        Reason.LARGE_CART: signals.has_large_cart and failed > 0,
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def count(memory: Memory, words: str) -> None:
    """Note in the memory how upset the customer is, before the turn is answered."""
    said = _CALM.sub("", fold(words))
    memory.anger = max(0, memory.anger - 1)
    if _ANGRY.search(said):
        memory.anger += ANGRY_TURN
    if _DEMANDS.search(said):
        memory.refund_demands += 1


def signals_of(turn: Turn) -> Signals:
    """What is known of an answered turn. Who the customer is is looked up when the bot failed."""
    memory = turn.memory
    has_failed = memory.misunderstood + memory.unanswered > 0
    return Signals(
        intent=turn.understanding.intent,
        anger=memory.anger,
        refund_demands=memory.refund_demands,
        misunderstood=memory.misunderstood,
        unanswered=memory.unanswered,
        is_vip=has_failed and is_vip(turn.session, turn.customer_id),
        has_large_cart=has_failed and _has_large_cart(turn),
    )


def forget(memory: Memory) -> None:
    """Begin to count anew: a person was called."""
    memory.anger = memory.refund_demands = memory.misunderstood = memory.unanswered = 0


def _has_large_cart(turn: Turn) -> bool:
    large = get_terms(turn.session).large_cart_fen
    return 0 < large <= cart.view(turn.session, turn.customer_id).total
