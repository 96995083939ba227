"""What the pages of campaigns call things."""

from collections.abc import Mapping
from typing import Final

from campaigns.tables import Audience, CampaignKind, CampaignState, Purpose, RunState

KINDS: Final[Mapping[str, str]] = {
    CampaignKind.ONCE: "单次群发",
    CampaignKind.RECURRING: "周期群发",
    CampaignKind.JOURNEY: "自动旅程",
    CampaignKind.SOP: "SOP",
}
AUDIENCES: Final[Mapping[str, str]] = {
    Audience.CUSTOMERS: "顾客",
    Audience.GROUPS: "客户群",
    Audience.MOMENTS: "朋友圈",
}
PURPOSES: Final[Mapping[str, str]] = {
    Purpose.MARKETING: "营销",
    Purpose.SERVICE: "服务通知",
}
STATES: Final[Mapping[str, tuple[str, str]]] = {
    CampaignState.DRAFT: ("草稿", ""),
    CampaignState.ACTIVE: ("进行中", "good"),
    CampaignState.PAUSED: ("已暂停", "warn"),
    CampaignState.DONE: ("已完成", ""),
    CampaignState.STOPPED: ("已停止", "bad"),
}
RUN_STATES: Final[Mapping[str, tuple[str, str]]] = {
    RunState.RUNNING: ("发送中", "good"),
    RunState.PAUSED: ("已暂停", "warn"),
    RunState.DONE: ("已完成", ""),
    RunState.STOPPED: ("已停止", "bad"),
}
REASONS: Final[Mapping[str, str]] = {
    "open": "会收到",
    "unsubscribed": "已退订",
    "unreachable": "联系不上（取消关注、删除好友，或从没来过）",
    "quiet_hours": "夜间免打扰",
    "frequency": "本周收到的已经够多",
    "holdout": "留作对照组",
    "platform_cap": "平台群发次数用完，下一期再发",
    "no_route": "没有可用的渠道（会话窗口关闭，也没有订阅）",
    "stopped": "还没发，活动就停止了，或旅程提前结束了",
    "taken_over": "人工正在接待",
    "not_friend": "已不是好友",
    "refused": "企业微信拒绝了这位顾客",
    "nobody": "企业微信说这批人里没有能发的",
    "not_chosen": "员工确认时没有选",
    "cancelled": "群发在确认之前停了",
    "not_made": "企业微信没有建成这个群发",
    "expired": "员工没有在期限内确认",
    "": "其他",
    "fault": "出错了，会再试",
}
"""Why somebody gets nothing, as operators read it."""


def reason_words(reason: str) -> str:
    """A reason in words; what is none of ours is shown as it is."""
    return REASONS.get(reason, reason)
