"""What is said about a customer's own addresses, and what they say about them."""

import re
from typing import Final

NONE_YET: Final = "您还没有保存过收货地址。说“加个地址”，把姓名、电话和地址发来就行。"
LISTED: Final = "您的收货地址："
HINT: Final = "说“加个地址”“默认改成第二个”“删除第二个地址”都行；要改某笔订单的，说“改地址”。"
FIRST_HINT: Final = "说“加个地址”可以再存一个；要改某笔订单的，说“改地址”。"
DEFAULT_MARK: Final = "（默认）"

WHAT: Final = (
    "把收件人、电话和地址发给我，写在一条里就行，比如：张三 13800138000 浙江省杭州市西湖区文三路1号"
)
RECIPIENT: Final = "收件人叫什么？"
PHONE: Final = "收件人的手机号是多少？"
PLACE: Final = "地址发给我：省市区，加上街道和门牌号。"
REGION: Final = "这是在哪个省、哪个市、哪个区？"
WHICH_CITY: Final = "{district}在哪个省、哪个市？"
STREET: Final = "{region}，还差街道和门牌号，发给我吧。"
NOT_A_PHONE: Final = "这个号码我认不出来。麻烦发11位手机号，或者带区号的座机号。"
READ_BACK: Final = "要存的地址："
CONFIRM: Final = "这样对吗？回复“确认”就存下，“不用”就不存；哪里不对直接发正确的给我。"
WHICH_IS_WRONG: Final = "哪里不对？把正确的发给我就行；不存了就说“不用”。"
KEPT_NOT: Final = "好的，没有存。"
SAVED: Final = "存好了，结算时可以直接选。"
SAVED_DEFAULT: Final = "存好了，已设为默认地址。"
SAVED_ALREADY: Final = "这个地址之前就存过了，不用再存。"

WHICH_TO_REMOVE: Final = "要删除第几个？"
ASK_REMOVE: Final = "要删除这个地址吗？回复“是”删除，“不用”保留。"
REMOVED: Final = "地址已删除。已经下的订单还是寄到原来的地方。"
REMOVED_NOT: Final = "好的，地址都留着。"
NO_SUCH: Final = "您一共存了{count}个地址，没有第{number}个。"

DEFAULT_IS: Final = "您的默认地址：{address}"
NO_DEFAULT: Final = "您还没有设默认地址，下单时先用最近用过的：{address}"
DEFAULT_HINT: Final = "要换就说“默认改成第二个”。"
ONLY_ONE: Final = "您只存了这一个地址，默认就是它：{address}"
WHICH_DEFAULT: Final = "默认改成第几个？"
DEFAULT_SET: Final = "默认地址改好了：{address}"
DEFAULT_KEPT: Final = "好的，默认地址没变。"

MORE: Final = "还有{count}个，可以在小程序里看。"

_LEAD: Final = r"(?:你好|您好|请|麻烦|帮我|帮忙|给我|我|想|要|再|把|可以|能不能|能|重新)*+"
_ADDRESS: Final = (
    r"(?:新的?|另外?的?|[我他她].{0,5}的)?(?:收[货件])?(?:常用)?(?:地址|收[货件]信息)(?:簿|列表)?"
)
_TO_ADD: Final = re.compile(
    rf"{_LEAD}(?:新增|增加|添加|新建|保存|录入|记住|记|存|加|填)(?:一?[个条下]|一下个|上)?{_ADDRESS}"
    r"(?!\S{0,2}[改换错])(?:吧|呢|吗|可以吗|行吗)?"
)
_REMOVE: Final = re.compile(r"删|去掉|移除|拿掉")
_TO_REMOVE: Final = re.compile(
    r"(?:删除?掉?|去掉|移除|拿掉)(?!.{0,6}[寄送发]).{0,8}地址|地址.{0,6}(?:删|去掉|不要了)"
)
_OF_ORDER: Final = re.compile(r"订单|这单|那单")
_DEFAULT: Final = re.compile(r"默认")
_ABOUT_ADDRESS: Final = re.compile(r"地址|收[货件]信息")
_OTHER_DEFAULT: Final = re.compile(
    rf"{_LEAD}[换改]一?[个下]?默认(?:的)?(?:收[货件])?(?:地址)?(?:吧|呢)?"
    r"|.{0,12}(?:设|当|作|改|换)[成为作]?.{0,3}默认.{0,6}|.{0,8}默认.{0,6}(?:[换改设]|变成|用第).{0,10}"
)
_ASKS_DEFAULT: Final = re.compile(
    rf"{_LEAD}(?:看看|看|查|说)?(?:一下|下)?(?:的)?默认(?:的)?(?:收[货件])?(?:地址|收[货件]信息)"
    r"(?:是|写的是)?(?:哪个?|哪里|哪儿|什么|啥|多少)?(?:地址)?(?:呢|啊|呀)?"
    rf"|{_LEAD}默认(?:的)?是?(?:哪个?|哪里|什么|啥)(?:地址)?(?:呢|啊|呀)?"
)
_CORRECTION: Final = re.compile(
    r"^\s*(?:(?:收[货件]人|名字|姓名|人名|电话|手机号?|号码|地址)(?:又|也|都|还是|写|填)*)?(?:不对|不是|错了|有错|写错了)[了吧啊呀]?(?:[\s,，。]*(?:应该)?(?:是|叫|改成))?"
)
_WHOLE: Final = re.compile(r"\d{7}")
_ADDS_ONE: Final = re.compile(
    r"(?:那|好|行|嗯|就|我|要|想|再|先|帮我|给我)*(?:新增|添加|新建|保存|加|存|记|建|填)(?:上|下)?(?:[一1两2])?个?(?:新的)?"
    r"(?:吧|呗|呢|可以吗|行吗)*"
)
_SEES: Final = re.compile(
    r"(?!.*[错改换寄送]).*(?:(?:看|查|存|留).{0,8}(?:哪些|哪几个|几个|什么|啥|过|我|下)|发我"
    r"|(?:哪些|哪几个|几个).{0,6}地址)"
)
_REMOVES: Final = re.compile(
    r"(?:嗯|好|对|行|是|那|就|可以|确认|确定)*(?:删除?|去掉|不要)(?:掉|了)?(?:它|这个)?(?:吧|呗|嘛|啦)?"
)
_OTHER_ERRAND: Final = re.compile(r"[改换退寄送查]|订单|[吗呢?？]|错")


def wish_to_add(folded: str) -> int | None:
    """Where the address begins behind 加个地址 and the like; None when it is no such wish."""
    match = _TO_ADD.match(folded)
    return None if match is None else match.end()


def adds_one(said: str) -> bool:
    """加一个吧, said while the addresses are what is spoken of."""
    return _ADDS_ONE.fullmatch(said) is not None


def asks_what_is_kept(said: str) -> bool:
    """Whether a sentence about addresses asks which there are: 都存了哪些地址."""
    return "地址" in said and _SEES.search(said) is not None and not _OF_ORDER.search(said)


def says_remove(said: str) -> bool:
    """删吧 as a yes to whether it shall go."""
    return _REMOVES.fullmatch(said) is not None


def is_wish_to_remove(said: str, *, points_into_book: bool) -> bool:
    """Whether an address shall go; 删掉第二个 is one while the addresses are in view."""
    if _OF_ORDER.search(said):
        return False
    return bool(_TO_REMOVE.search(said) or (points_into_book and _REMOVE.search(said)))


def is_wish_for_other_default(said: str, *, sees_book: bool) -> bool:
    """Whether another address shall be the default."""
    if _OF_ORDER.search(said) or not _DEFAULT.search(said):
        return False
    is_meant = sees_book or _ABOUT_ADDRESS.search(said) or said.startswith(("换", "改"))
    return bool(is_meant and _OTHER_DEFAULT.fullmatch(said))


def asks_for_default(said: str) -> bool:
    """Whether the customer wants to see the default address and nothing else."""
    return _ASKS_DEFAULT.fullmatch(said) is not None


def corrected(text: str) -> str:
    """What stands behind 不对 and the like."""
    return _CORRECTION.sub("", text).strip(" ，,。.！!")


def may_be_address(text: str) -> bool:
    """Whether a message may be an address and nothing else: it is worth parsing."""
    return _WHOLE.search(text) is not None and _OTHER_ERRAND.search(text) is None
