"""Reading an address as people type it: name, phone and place in any order, or one of them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from commerce.customers.addresses import AddressInput, check_phone
from commerce.customers.regions import FoundRegion, find_region
from commerce.errors import InvalidInput
from nlu.extractors.identifiers import find_identifiers
from nlu.text import fold

BREAKS: Final = re.compile(r"[\s，,、;；。！!|/\n]+")
_LABEL: Final = re.compile(
    r"(?:收[货件]人|联系人|姓名|名字|电话|手机号?码?|联系方式|号码|(?:收[货件])?(?:详细)?地址|所在地区|地区)"
    r"\s*(?:是|为|叫|[:：])\s*|街道\s*[:：]\s*|(?:邮政编码|邮编)\s*[:：]?\s*|(?<!\d)\d{6}(?!\d)(?=\s|$)"
)
_NAMED: Final = re.compile(
    r"(?:收[货件]人|联系人|姓名|名字)(?:姓名)?\s*(?:都(?=改)|(?<=[改换写填])成|[改换写填是为叫:：])*\s*"
    r"(?P<name>[一-鿿·]{2,8}|[A-Za-z][A-Za-z .]{1,20})"
)
_RECEIVES: Final = re.compile(
    r"(?:^|[\s，,、；;。由让给])(?P<name>[一-鿿·]{2,4})(?:收|签收)(?:$|[\s，,、。！!])"
)
_LEAD: Final = re.compile(
    r"^(?:麻烦|请|帮我|帮忙|给我|把|我|这个|这单|订单|收货|收件|详细|新|的|地址|都(?=改)|改一?下|改成"
    r"|换成|寄往|发到|发往|改|换|寄|送|是|为|到|[:：])+"
)
_BEFORE_PHONE: Final = re.compile(
    r"(?:电话|手机号?码?|联系方式|号码|tel|phone)\s*[:：]?\s*$", re.IGNORECASE
)
_POLITE: Final = re.compile(r"[一-鿿]{1,2}(?:先生|女士|小姐|同学|老师|阿姨|叔叔)")
_NAME_BEHIND: Final = re.compile(r"(?P<place>.*(?:[号室楼层栋幢座]|单元|\d))(?P<name>[一-鿿]{2,4})")
_TAIL: Final = re.compile(r"(?:这里|那里|去|吧|啊|呀|哈|了|可以吗|行吗|好吗|谢谢|就行|就好)+$")
_PLACE: Final = re.compile(
    r"[路街巷弄道村镇乡组]|小区|花园|公寓|大厦|广场|大学|学校|医院|公司|园区|(?<!机)(?<!单)(?<!账)号(?!码)|[栋幢座室层楼]|单元|驿站|\d+-\d+"
)
_STREET: Final = re.compile(rf"{_PLACE.pattern}|\d|[园苑府庄城湾里店厂桥巷站库院]")
_NO_PLACE: Final = re.compile(r"帮|麻烦|怎么|能不能|可以|[吗呢]|电话|手机|订单|快递|收[货件]人")
_NAME: Final = re.compile(r"[一-鿿]{2,4}|[一-鿿]{2,8}·[一-鿿·]{1,12}")
_NO_NAME: Final = re.compile(
    r"改|换|寄|送|订单|帮|我|你|您|麻烦|请|想|要|新的|地址|电话|手机|收货|收件|一下|可以|谢谢|好的|不|吧|吗|了|亲|老板|客服"
    r"|在吗|发货|快递|还没|那个|这个|错|忘|先生$|女士$|退[订款货钱]|取消|人工|转接|物流|多少|价格|优惠|下单|付款|发票|购物车|结算|售后|在哪|到哪|有没|没有|什么|怎么"
    r"|多久|几[天点个]|啥|哈哈|再说|稍等|等等|算|^[对是嗯行没有]"
)
_NO_LATIN_NAME: Final = re.compile(
    r"td|stop|unsubscribe|cancel|quit|exit|help|menu|hello|hi|hey|ok|okay|yes|no|bye|thanks|test",
    re.IGNORECASE,
)
_MOBILE: Final = re.compile(r"1\d{10}")
_SURNAMES: Final = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱林何郭罗梁宋郑谢韩唐冯董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏"
    "钟汪田任姜范石姚谭廖邹熊陆郝孔白崔康毛邱秦史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚庞樊兰殷施陶洪翟安颜倪严"
    "牛温芦季俞章鲁葛伍韦申尤毕聂丛焦柳邢岳齐梅莫庄辛管祝左涂谷祁耿牟卜路詹关苗凌费纪靳盛童欧甄项曲游阳裴席卫查"
    "屈鲍覃霍翁隋甘景单柏包宁柯阮桂闵娄卞褚储邬肖闫诸司上皇东慕宇令"
)
"""First characters of nearly all Chinese names, double surnames included."""
_DISTRICT: Final = re.compile(r"^(?P<name>[一-鿿]{2,4}?(?:新区|区|县|市|旗))")


@dataclass(frozen=True, slots=True)
class AddressParts:
    """What a message tells of an address; empty where it tells nothing."""

    recipient: str = ""
    phone: str = ""
    region: str = ""
    detail: str = ""

    def over(self, older: "AddressParts") -> "AddressParts":
        """These parts, and the older ones where these tell nothing.

        Another region without a street leaves no street: the old one is not there.
        """
        return AddressParts(
            self.recipient or older.recipient,
            self.phone or older.phone,
            self.region or older.region,
            self.detail or ("" if self.region else older.detail),
        )

    def put_into(self, address: AddressInput) -> AddressInput:
        """The address with these parts in the place of its own."""
        return AddressInput(
            self.recipient or address.recipient,
            self.phone or address.phone,
            self.region or address.region,
            self.detail or address.detail,
        )

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing."""
        return bool(self.recipient and self.phone and self.region and self.detail)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was told."""
        return not (self.recipient or self.phone or self.region or self.detail)


def parts_in(text: str) -> AddressParts:
    """The parts of an address that a message holds."""
    phone, rest = _without_phone(text)
    recipient, rest = _without_named(rest)
    rest = _without(_LABEL, rest)
    found = _region(rest)
    region = str(found.region) if found else ""
    if found:
        detail, names = _detail_and_names(_tokens(rest[found.end :]), first_is_place=True)
        names = [*(each for each in _tokens(rest[: found.start]) if _may_be_name(each)), *names]
    else:
        detail, names = _detail_and_names(_tokens(rest), first_is_place=False)
    is_whole = bool(region and (detail or phone)) or bool(detail and phone)
    if phone and detail and not (recipient or names):
        detail, names = _without_name_behind(detail)
    if not recipient and is_whole and not names:
        recipient = _before_phone(text)
    if not recipient and (is_whole or (phone and [*_tokens(rest)] == names)):
        recipient = next(iter(names), "")
    return AddressParts(recipient, phone, region, detail)


def name_in(text: str) -> str:
    """A recipient's name that was asked for; empty if the answer is none."""
    found = parts_in(text).recipient
    if found:
        return found
    plain = _TAIL.sub(
        "",
        re.sub(
            r"^(?:就?叫|是|写|改成|换成|姓名|名字|收[货件]人)+[:：]?", "", text.strip(" 。！!，,")
        ),
    )
    is_latin = re.fullmatch(r"[A-Za-z][A-Za-z .]{1,20}", plain) is not None
    if is_latin:
        return "" if _NO_LATIN_NAME.fullmatch(plain) else plain
    return plain if _NAME.fullmatch(plain) and not _NO_NAME.search(plain) else ""


def begins_with_surname(name: str) -> bool:
    """Whether a name begins as nearly all do."""
    return fold(name[:1]) in _SURNAMES


def place_in(text: str) -> AddressParts:
    """Region and street that were asked for; the whole answer if it has a number of a house."""
    found = parts_in(text)
    if found.region or found.detail:
        return found
    plain = _cleaned(text)
    is_street = len(plain) >= 4 and _STREET.search(plain) and not _NO_NAME.search(plain)
    return AddressParts(detail=plain) if is_street else found


def foreign_district(detail: str, region: str) -> str:
    """The district that a street begins with, if it is not in the region; else nothing."""
    district = _DISTRICT.match(detail)
    return district["name"] if district and district["name"] not in region else ""


def _without_phone(text: str) -> tuple[str, str]:
    """The last phone number, in digits, and the text without any."""
    found = [each for each in find_identifiers(text, fold(text)) if each.entity == "phone"]
    rest = text
    for each in reversed(found):
        before = _BEFORE_PHONE.sub("", rest[: each.start])
        rest = f"{before}\n{rest[each.end :]}"
    try:
        return (check_phone(str(found[-1].value)) if found else ""), rest
    except InvalidInput:
        return "", rest


def _without_named(text: str) -> tuple[str, str]:
    named = _NAMED.search(text) or _RECEIVES.search(text)
    if named is None:
        return "", text
    name = _TAIL.sub("", named["name"].strip())
    if _NO_NAME.search(name) or len(name) < 2:
        return "", text
    return name, f"{text[: named.start()]}\n{text[named.end() :]}"


def _without(pattern: re.Pattern[str], text: str) -> str:
    """The text with line breaks in the place of what matches, in any letter form."""
    parts: list[str] = []
    end = 0
    for match in pattern.finditer(fold(text)):
        parts.append(text[end : match.start()])
        end = match.end()
    return "\n".join([*parts, text[end:]])


def _region(text: str) -> FoundRegion | None:
    """The region that the text names; 张保定 is somebody's name."""
    found = find_region(fold(text))
    if found is None or not found.is_short:
        return found
    around = [each for each in _tokens(text) if text[found.start : found.end] in each]
    is_name = any(
        _may_be_name(each) and not each.startswith(found.region.spoken) for each in around
    )
    return None if is_name else found


def _before_phone(text: str) -> str:
    """古丽娜 13999998888 浙江…: a word alone before the phone is a name, with any first letter."""
    tokens = [each for each in BREAKS.split(text) if each]
    pairs = pairwise(tokens)
    found = next((word for word, after in pairs if _MOBILE.fullmatch(fold(after))), "")
    is_name = _NAME.fullmatch(found) and not (_NO_NAME.search(found) or _PLACE.search(found))
    return found if is_name and find_region(fold(found)) is None else ""


def _without_name_behind(detail: str) -> tuple[str, list[str]]:
    """文三路1号张三: a name that was written right behind the street."""
    match = _NAME_BEHIND.fullmatch(detail)
    if match is None or not _may_be_name(match["name"]):
        return detail, []
    return match["place"], [match["name"]]


def _tokens(text: str) -> Iterator[str]:
    return (cleaned for part in BREAKS.split(text) if (cleaned := _cleaned(part)))


def _cleaned(text: str) -> str:
    stripped = text.strip(" 。！!，,")
    lead = _LEAD.match(fold(stripped))
    return _TAIL.sub("", stripped[lead.end() :] if lead else stripped)


def _detail_and_names(tokens: Iterator[str], *, first_is_place: bool) -> tuple[str, list[str]]:
    """The street, put together of what looks like one, and what looks like a name."""
    places: list[str] = []
    names: list[str] = []
    for token in tokens:
        looks_like_it = _PLACE.search(token) and (first_is_place or not _NO_PLACE.search(token))
        is_place = bool(looks_like_it) or (bool(places) and token.isascii() and token.isalnum())
        if is_place or (first_is_place and not places and not _may_be_name(token)):
            places.append(token)
        elif _may_be_name(token):
            names.append(token)
    return " ".join(places), names


def _may_be_name(token: str) -> bool:
    if _PLACE.search(token) or not (begins_with_surname(token) or "·" in token):
        return False
    is_name = _NAME.fullmatch(token) is not None and _NO_NAME.search(fold(token)) is None
    return is_name or _POLITE.fullmatch(token) is not None
