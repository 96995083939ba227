"""What is said about where an order goes."""

import re
from typing import Final

from bot import texts
from commerce.customers.addresses import AddressInput, mask_phone
from commerce.ordering.tables import OrderState
from wecom.xml import harmless

NO_ORDERS: Final = "您没有还能改收货信息的订单。要看、要加、要删存着的地址，说“我的地址”。"
WHICH_ORDER: Final = "要改第几笔订单的收货信息？"
WHAT: Final = "把新的收件人、电话和地址发给我，写在一条里就行；只改一项的，只发那一项。"
RECIPIENT: Final = "新的收件人叫什么？"
PHONE: Final = "新的手机号是多少？"
PLACE: Final = "新的地址发给我：省市区，加上街道和门牌号。"
STREET: Final = "还差街道和门牌号，发给我吧。"
REGION: Final = "{district}在哪个省、哪个市？"
WHOLE_STREET: Final = "麻烦把完整的新地址发给我，从街道写到门牌号。"
NOT_A_PHONE: Final = "这个号码我认不出来。麻烦发11位手机号，或者带区号的座机号。"
CONFIRM: Final = "这样改对吗？回复“确认”修改，“不用”就保留原来的。"
PREVIEW: Final = "订单 {order_no} 的收货信息改成："
SAME: Final = "和订单上的一样，不用改。"
KEPT: Final = "好的，收货信息没改，还是原来的。"
CHANGED: Final = "订单 {order_no} 的收货信息改好了，会寄到："
NOT_THERE: Final = (
    "{reason}，订单 {order_no} 还是寄到原来的地址。一定要换的话，取消或退掉这单，"
    "再按新地址下单就行。"
)
TOO_LATE_PACKED: Final = (
    "订单 {order_no} 已经打包、贴好面单了，我这里改不了。"
    "已经记下，店里的同事会看到，看能不能在发出前换单。"
)
TOO_LATE_SHIPPED: Final = (
    "订单 {order_no} 已经发出，我这里改不了。已经记下，店里的同事会看到；"
    "您也可以直接联系快递改派，单号说“快递到哪了”就能看到。"
)
OVER: Final = {
    OrderState.CLOSED: "订单 {order_no} 已经关闭了，不用改收货信息。",
    OrderState.RECEIVED: "订单 {order_no} 已经收货了，收货信息改不了。下次下单时填新地址就行。",
    OrderState.FINISHED: "订单 {order_no} 已经完成了，收货信息改不了。下次下单时填新地址就行。",
}
NO_STREET: Final = "没看出是哪条街、门牌几号。麻烦把新的地址发给我：省市区，加上街道和门牌号。"

MY_ADDRESSES: Final = re.compile(
    r"(?:看|查)?(?:一?下|看|询)?我(?:的|有哪些)?(?:收货|收件|常用|默认)?地址(?:簿|列表)?(?:有哪些|是什么|是哪)?"
)
_RECIPIENT: Final = re.compile(r"收[货件]人|联系人|姓名|名字|换个?人收|别人收")
_PHONE: Final = re.compile(r"电话|手机|号码|联系方式")
_PLACE: Final = re.compile(r"地[址止纸]|寄|送到|发到|换.{0,3}地方")
_STREET_PART: Final = re.compile(r"门牌|楼号|单元|楼层|房号|几栋")
_KEPT: Final = re.compile(
    r"(?:收[货件]人|姓名|名字|电话|手机|号码|地址).{0,3}(?:不变|不改|不用[改换]|照旧|一样)"
)
_ALL: Final = re.compile(r"收[货件]信息|全部?改|都改|都换")


def wanted_parts(text: str) -> list[str]:
    """What the customer says is to become another: recipient, phone, place, or a part of it."""
    said = _KEPT.sub("", text)
    if _ALL.search(said):
        return ["recipient", "phone", "place"]
    tells = {
        "recipient": _RECIPIENT.search(said),
        "phone": _PHONE.search(said),
        "place": _PLACE.search(said) or _STREET_PART.search(said),
    }
    return [part for part, found in tells.items() if found]


def means_part_of_street(text: str) -> bool:
    """门牌号错了: the whole street is asked for, lest the rest of it is lost."""
    return _STREET_PART.search(text) is not None


def in_full(address: AddressInput, *, is_new_phone: bool) -> str:
    """An address for its owner to check; a phone that was not just given stays masked."""
    phone = address.phone if is_new_phone else mask_phone(address.phone)
    return harmless(f"{address.recipient} {phone}\n{address.region} {address.detail}")


def masked(address: AddressInput) -> str:
    """An address that its owner recognises, and nobody could send a parcel to."""
    recipient = address.recipient[:1] + "*" * max(1, len(address.recipient) - 1)
    detail = re.sub(r"[0-9０-９A-Za-z]", "*", address.detail)
    return harmless(
        f"{recipient} {mask_phone(address.phone)} {address.region} {texts.short(detail)}"
    )
