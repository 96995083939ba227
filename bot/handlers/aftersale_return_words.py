"""What customers say when they send goods back, and what the shop answers."""

import re
from dataclasses import dataclass
from typing import Final

from bot.handlers.answers import plain
from commerce.parcels.carriers import clean, find_carrier

_SENT: Final = re.compile(
    r"(?:寄|邮|快递)(?:回|还|出|过|给)?(?:去|来|走|给?你们|给?店里)?(?:了|过)|(?:退|发|送|寄)回(?:去|来)?了"
    r"|已经?(?:寄|邮|发|退回)|(?:寄|退|发)(?:回|货)?的?(?:快递)?单号(?:是|为)|叫快递.{0,4}取走了"
)
_ASKS: Final = re.compile(
    r"[吗么]$|怎么|咋|哪里|哪儿|什么时候|啥时候|多久|没有$|了没|到哪|收到|没寄|还没|不寄|查"
)
_NUMBER: Final = re.compile(
    r"(?<![A-Za-z\d])(?!SH\d{12}(?!\d))[A-Za-z]{0,4}\d{8,24}(?!\d)", re.IGNORECASE
)
_PHONE: Final = re.compile(r"1[3-9]\d{9}")
_CARRIER: Final = re.compile(
    r"顺丰|中通|圆通|申通|韵达|极兔|京东|德邦|菜鸟|丹鸟|中国邮政|邮政|(?<![A-Za-z])EMS(?![A-Za-z])",
    re.IGNORECASE,
)
_PREFIXES: Final = {
    "SF": "sf",
    "YT": "yto",
    "JT": "jt",
    "JD": "jd",
    "ZTO": "zto",
    "STO": "sto",
    "YD": "yd",
}
"""Letters that a carrier's own numbers begin with."""

WHICH_CARRIER: Final = "寄的是哪家快递？"
WHICH_NUMBER: Final = "快递单号是多少？单子上或者快递的短信里有。"
WHICH_BOTH: Final = "好的。用的哪家快递，单号是多少？发给我，我记到申请里。"
WHICH_REQUEST: Final = "寄回的是第几个申请的商品？"
NOTED: Final = "记下了：申请 {request_no} 寄回的是{carrier} {tracking_no}。{then}"
THEN_MONEY: Final = "店里收到、检查没问题就给您退款，每一步我都告诉您。"
THEN_EXCHANGE: Final = "店里收到、检查没问题就把换的寄给您，每一步我都告诉您。"
LEFT: Final = "好的，寄出后再把快递公司和单号发给我就行。"
_WHERE_TO_SEND: Final = re.compile(
    r"(?!.*(?:哪[里儿]?了|快递|包裹|订单)).*"
    r"(?:(?:我|东西|货|退|往|要|该).{0,4}[寄邮](?:到|去|回|往|给)?(?:去|到)?(?:哪|什么地方|什么地址|谁)"
    r"|^寄(?:到|去|回|往)?(?:去|到)?(?:哪|什么地方|什么地址)|(?:退货|退回|寄回|回寄)的?地址|往哪.{0,2}寄)"
)


@dataclass(frozen=True, slots=True)
class Told:
    """What a message says of a parcel that goes back: our code of its carrier, its number."""

    carrier: str
    tracking_no: str
    is_sent: bool
    """Whether the words say that it is on its way."""


def asks_where_to_send(text: str) -> bool:
    """那我寄到哪儿去, 退货地址发一下: where goods that go back shall be sent."""
    return _WHERE_TO_SEND.search(plain(text)) is not None


def told_of_parcel(text: str) -> Told:
    """What the words say; empty for what they do not tell."""
    named = _CARRIER.search(text)
    carrier = find_carrier(named.group()) if named else None
    number = next((each for each in map(str, _NUMBER.findall(text)) if _is_number(each)), "")
    cleaned = clean(number) or ""
    words = plain(text)
    return Told(
        carrier=carrier.code if carrier else _by_prefix(cleaned),
        tracking_no=cleaned,
        is_sent=_SENT.search(words) is not None and _ASKS.search(words) is None,
    )


def asks_where(text: str) -> bool:
    """Whether a number is asked about, not told."""
    return _ASKS.search(plain(text)) is not None


def _is_number(written: str) -> bool:
    return _PHONE.fullmatch(written) is None


def _by_prefix(tracking_no: str) -> str:
    letters = re.match(r"[A-Z]*", tracking_no)
    return _PREFIXES.get(letters.group() if letters else "", "")
