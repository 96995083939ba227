"""The carriers of China that a shop ships with: our code and their name."""

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Carrier:
    """`kuaidi100` is the code of 快递100's company list, `wechat` that of WeChat's (获取运力id列表
    documentation); `needs_phone`: it tells only who knows the last four digits of the receiver's
    or sender's phone (快递100 实时查询 documentation)."""

    code: str
    name: str
    kuaidi100: str
    wechat: str
    hotline: str = ""
    needs_phone: bool = False


CARRIERS: Final[dict[str, Carrier]] = {
    carrier.code: carrier
    for carrier in (
        Carrier("sf", "顺丰速运", "shunfeng", "SF", "95338", needs_phone=True),
        Carrier("zto", "中通快递", "zhongtong", "ZTO", "95311", needs_phone=True),
        Carrier("yto", "圆通速递", "yuantong", "YTO", "95554"),
        Carrier("sto", "申通快递", "shentong", "STO", "95543"),
        Carrier("yd", "韵达快递", "yunda", "YD", "95546"),
        Carrier("jt", "极兔速递", "jtexpress", "JTSD", "956025"),
        Carrier("jd", "京东物流", "jd", "JD", "950616"),
        Carrier("ems", "EMS", "ems", "EMS", "11183"),
        Carrier("post", "邮政快递包裹", "youzhengguonei", "YZPY", "11183"),
        Carrier("db", "德邦快递", "debangkuaidi", "DBL", "95353"),
        Carrier("cainiao", "菜鸟速递", "danniao", "CNSD"),
    )
}
_ALSO_CALLED: Final = {"中国邮政": "post", "邮政": "post", "丹鸟": "cainiao"}
_ENDING: Final = re.compile(r"(?:速递|快递|速运|快运|物流|包裹|小包)+$")
_TRACKING_NO: Final = re.compile(r"[A-Z0-9]{8,30}")


def find_carrier(written: str) -> Carrier | None:
    """The carrier by our code, WeChat's or 快递100's, or by its name as people write it.

    >>> [getattr(find_carrier(each), "code", None) for each in ("YTO", "圆通", "顺丰快递", "?")]
    ['yto', 'yto', 'sf', None]
    """
    plain = re.sub(r"\s", "", written).casefold()
    stem = _ENDING.sub("", plain)
    known = CARRIERS.get(plain) or CARRIERS.get(_ALSO_CALLED.get(stem, ""))
    return known or next(
        (each for each in CARRIERS.values() if _is_called(each, plain, stem)), None
    )


def clean(tracking_no: str) -> str | None:
    """A tracking number as carriers print it; None when it cannot be one."""
    number = re.sub(r"[\s-]", "", tracking_no).upper()
    return number if _TRACKING_NO.fullmatch(number) else None


def _is_called(carrier: Carrier, plain: str, stem: str) -> bool:
    codes = (carrier.wechat.casefold(), carrier.kuaidi100)
    return plain in codes or (stem != "" and stem == _ENDING.sub("", carrier.name.casefold()))
