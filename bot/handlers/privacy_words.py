"""What customers say about their data and about campaign messages, and what the shop answers."""

import re
from collections.abc import Mapping
from typing import Final

from bot.handlers.answers import plain
from bot.handlers.order_words import moment_in_words
from commerce.privacy.tables import PrivacyKind, PrivacyRequest, PrivacyState

KIND_NAMES: Final[Mapping[PrivacyKind, str]] = {
    PrivacyKind.EXPORT: "导出个人信息",
    PrivacyKind.ERASE: "删除个人信息",
    PrivacyKind.CLOSE_ACCOUNT: "注销账号",
}
STATE_NAMES: Final[Mapping[PrivacyState, str]] = {
    PrivacyState.RECEIVED: "已登记，最晚{due}前办好",
    PrivacyState.DONE: "已办好",
    PrivacyState.WITHDRAWN: "已撤销",
}
ASK: Final[Mapping[PrivacyKind, str]] = {
    PrivacyKind.EXPORT: (
        "要申请导出您在店里的个人信息吗？店里的同事会在15天内整理好给您。回复“确认”登记，“不用”取消。"
    ),
    PrivacyKind.ERASE: (
        "要申请删除您在店里的个人信息吗？删掉以后找不回来，"
        "法律要求保留的交易记录除外。回复“确认”登记，“不用”取消。"
    ),
    PrivacyKind.CLOSE_ACCOUNT: (
        "要申请注销账号吗？注销以后订单和收货信息都看不到了，也找不回来。"
        "还有没办完的订单或售后，请先办完。回复“确认”登记，“不用”取消。"
    ),
}
RECEIVED: Final = (
    "已经登记，申请号 {request_no}。店里的同事会在{due}前办好，办好后告诉您。"
    "改主意了说“撤销{what}”。"
)
RECEIVED_BEFORE: Final = (
    "您{at}已经申请过{what}，申请号 {request_no}，店里的同事会在{due}前办好。"
    "改主意了说“撤销{what}”。"
)
NOT_RECEIVED: Final = "好的，没有登记，您的信息没动。"
WHICH: Final = "您想导出个人信息，还是删除个人信息，或者注销账号？"
NUMBER_UNKNOWN: Final = "没有查到这个申请号，请核对一下。"
ONE: Final = "申请 {request_no}（{what}，{at}）：{state}。"
ASK_WITHDRAW: Final = "要撤销申请 {request_no}（{what}）吗？回复“确认”撤销，“不用”保留。"
WITHDRAWN: Final = "申请 {request_no} 已撤销。"
KEPT: Final = "好的，申请 {request_no} 保留着，店里的同事会按时办好。"
OVER_ALREADY: Final = "申请 {request_no} 已经结束了，不能再撤销。"
DONE: Final = "您申请的{what}（{request_no}）已经办好了。有疑问请说“转人工”。"

UNSUBSCRIBED: Final = (
    "已退订：公众号、小程序和企业微信都不再给您发活动消息了。"
    "订单和物流的通知照常发。想恢复时说“恢复推送”。"
)
UNSUBSCRIBED_BEFORE: Final = (
    "您已经退订过了，活动消息哪里都不会再发。订单和物流的通知照常发。想恢复时说“恢复推送”。"
)
RESUBSCRIBED: Final = "好的，有合适的活动会再告诉您。随时说“退订”就能停。"
SUBSCRIBED_ANYWAY: Final = "您没有退订，有合适的活动会告诉您。随时说“退订”就能停。"

_EXPORT: Final = re.compile(r"导出|下载|副本|拷贝|复制一份|导一份|[发给]我一份|要一份|调取|查阅")
_ERASE: Final = re.compile(r"删|清[除空掉]|抹|擦除|销毁|被遗忘|别留|不要留")
_CLOSE: Final = re.compile(r"[注煮][销消]|销户|销号|关闭账|停用账|删.{0,4}[账帐][号户]")
_DATA: Final = re.compile(
    r"信息|数据|资料|记录|隐私|[账帐][号户]|个人|档案|手机号|电话|地址|照片|生日"
)
_ASKS: Final = re.compile(
    r"[吗么呢?？]|怎么|如何|多久|会不会|是不是|有没有|为什么|哪里|哪儿|谁|什么|干嘛|安全|泄[露漏]"
)
_WANTS: Final = re.compile(r"我要|我想|[帮给把]我|请|麻烦|要求|能不能|可以.{0,6}吗|能.{0,8}吗")
PROGRESS: Final = re.compile(r"进度|办好|办完|处理.{0,3}(?:了吗|没|怎么样)|删了[吗没]|到哪|多久")
WITHDRAW: Final = re.compile(
    r"撤[销回掉]|取消|不(?:用|要|想)?(?:删|导出|注销)了|别删了|先不(?:删|注销|导)"
)

STOP: Final = re.compile(
    r"(?:请|帮|给|我|要|回复?)*(?:退订|推订|td|取消订阅|停止(?:推送|发送)|unsubscribe)+"
    r"(?:活动|消息|推送|广告|短信|全部|所有)*(?:了|吧|一下|谢谢|啊|呀)*"
)
"""Nothing but the word, in any spelling once marks, width and case are folded away."""
RESUME: Final = re.compile(
    r"恢复|重新(?:订|推|接|打|开|发)|继续(?:推|发|收|接)|再推|可以(?:推|发)|接着[推发]|开启|打开推|取消退订"
)
_STOPS: Final = re.compile(r"不|别|停|勿|甭|莫|拒|取消(?!退订)|退订(?<!取消退订)|关")


def kind_in(text: str) -> PrivacyKind | None:
    """What is asked to be done with the customer's data; None for a question about it."""
    words = plain(text)
    if _CLOSE.search(words):
        kind = PrivacyKind.CLOSE_ACCOUNT
    elif _ERASE.search(words) and _DATA.search(words):
        kind = PrivacyKind.ERASE
    elif _EXPORT.search(words) and _DATA.search(words):
        kind = PrivacyKind.EXPORT
    else:
        return None
    return None if _ASKS.search(text) and not _WANTS.search(words) else kind


def is_stop(text: str) -> bool:
    """Whether the words are 退订 or TD and nothing else."""
    return STOP.fullmatch(plain(text)) is not None


def wants_messages(text: str) -> bool:
    """Whether campaign messages are allowed again, not stopped: 恢复推送, but not 别再推送了."""
    words = plain(text)
    return RESUME.search(words) is not None and _STOPS.search(words) is None


def request_in_words(request: PrivacyRequest) -> str:
    """One request and where it is."""
    state = STATE_NAMES[PrivacyState(request.state)]
    return ONE.format(
        request_no=request.request_no,
        what=KIND_NAMES[PrivacyKind(request.kind)],
        at=moment_in_words(request.received_at),
        state=state.format(due=moment_in_words(request.due_at)),
    )
