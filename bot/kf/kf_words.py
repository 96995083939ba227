"""What customers and the shop's people read about customer service in WeCom."""

from collections.abc import Mapping
from typing import Final

WELCOME: Final = (
    "您好，欢迎光临！我是店里的智能客服，想买什么直接告诉我就行，"
    "查订单、问售后也可以。想找人工，随时说一声“转人工”。"
)
IN_QUEUE: Final = "好的，正在为您转接人工客服，前面还有{ahead}位，请稍等。"
NEXT_IN_QUEUE: Final = "好的，正在为您转接人工客服，下一位就是您，请稍等。"
JOINED: Final = "您好，我是客服{name}，您的问题我来跟进。"
JOINED_NAMELESS: Final = "您好，人工客服来了，您的问题我来跟进。"
ENDED: Final = "这次人工服务结束了。还有什么需要，直接发消息给我就行。"

IN_WECOM: Final = "客户正由企业微信里的客服接待，请在企业微信客户端回复"
WAITS_IN_WECOM: Final = "客户在企业微信的待接入池里，接入后才能回复"
SESSION_OVER: Final = "这次会话已经结束，客户再发消息才能回复"
REJECTS: Final = "客户关闭了接收消息"

FAILURES: Final[Mapping[int, str]] = {
    0: "企业微信没有说明原因",
    1: "客服账号已被删除",
    2: "应用已被停用",
    4: "离客户上次发消息超过48小时",
    5: "会话已经结束",
    6: "客户回复之前最多发5条，已经用完",
    8: "企业主体还没有认证",
    10: "客户拒收消息",
    11: "企业没有成员登录企业微信",
    12: "企业微信不允许发送这种消息",
}
"""By `fail_type` (微信客服 消息发送失败事件)."""


def failure_in_words(fail_type: int) -> str:
    """Why a message did not arrive, for the shop's people."""
    return f"没有送达：{FAILURES.get(fail_type, FAILURES[0])}"


def queue_in_words(position: int) -> str:
    """Who is `position`th in the queue, counted from one."""
    ahead = max(0, position - 1)
    return IN_QUEUE.format(ahead=ahead) if ahead else NEXT_IN_QUEUE


def joined_in_words(name: str) -> str:
    """Somebody has come; `name` is empty for who is not of the shop's people."""
    return JOINED.format(name=name) if name else JOINED_NAMELESS
