"""What became of a message on its way to the customer, in words for the shop's people."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from bot.tables import OutboxState

type Tone = Literal["", "good", "wait", "bad", "doubt"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """How a message stands. `words` is empty where nothing is worth saying."""

    words: str
    tone: Tone = ""


ON_ITS_WAY: Final = Delivery("发送中", "wait")
_BY_STATE: Final[Mapping[str, Delivery]] = {
    OutboxState.HELD: ON_ITS_WAY,
    OutboxState.PENDING: ON_ITS_WAY,
    OutboxState.SENDING: ON_ITS_WAY,
    OutboxState.SENT: Delivery("已发送", "good"),
    OutboxState.PASSIVE: Delivery("已发送", "good"),
    OutboxState.PARKED: Delivery("等对方再开口就发", "wait"),
    OutboxState.UNKNOWN: Delivery("不确定对方收到没有", "doubt"),
    OutboxState.SUPERSEDED: Delivery("没发出去：会话换人了", "bad"),
}
_REASONS: Final = (
    ("came too late", "过了能发的时间"),
    ("no picture", "图片不在了"),
    ("picture not uploaded", "图片没传到微信"),
    ("seal is broken", "内容打不开了"),
    ("no answer within", "微信一直没有回应"),
)
_CODE: Final = re.compile(r"\b([1-9][0-9]{4,5})\b")


def delivery_of(state: str, reason: str) -> Delivery:
    """How a row of the outbox stands."""
    if state in _BY_STATE:
        return _BY_STATE[state]
    return Delivery(f"没发出去：{_why(reason)}", "bad")


def _why(reason: str) -> str:
    for known, words in _REASONS:
        if known in reason:
            return words
    code = _CODE.search(reason)
    return f"微信没有接受（{code[1]}）" if code else "微信没有接受"
