"""The carriers of China that a shop ships with: our code and their name."""

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Carrier:
    """`kuaidi100` is the code of 快递100's company list; `needs_phone`: it tells only who knows the
    last four digits of the receiver's or sender's phone (快递100 实时查询 documentation)."""

    code: str
    name: str
    kuaidi100: str
    hotline: str = ""
    needs_phone: bool = False


CARRIERS: Final[dict[str, Carrier]] = {
    carrier.code: carrier
    for carrier in (
        Carrier("sf", "顺丰速运", "shunfeng", "95338", needs_phone=True),
        Carrier("zto", "中通快递", "zhongtong", "95311", needs_phone=True),
        Carrier("yto", "圆通速递", "yuantong", "95554"),
        Carrier("sto", "申通快递", "shentong", "95543"),
        Carrier("yd", "韵达快递", "yunda", "95546"),
        Carrier("jt", "极兔速递", "jtexpress", "956025"),
        Carrier("jd", "京东物流", "jd", "950616"),
        Carrier("ems", "EMS", "ems", "11183"),
        Carrier("post", "邮政快递包裹", "youzhengguonei", "11183"),
        Carrier("db", "德邦快递", "debangkuaidi", "95353"),
        Carrier("cainiao", "菜鸟速递", "danniao"),
    )
}
_TRACKING_NO: Final = re.compile(r"[A-Z0-9]{8,30}")


def clean(tracking_no: str) -> str | None:
    """A tracking number as carriers print it; None when it cannot be one."""
    number = re.sub(r"[\s-]", "", tracking_no).upper()
    return number if _TRACKING_NO.fullmatch(number) else None
