"""A campaign's plan in a sentence."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from campaigns.shapes import (
    EarlyEnd,
    JourneyPlan,
    OncePlan,
    Plan,
    RecurringPlan,
    SopPlan,
    Trigger,
)
from commerce.shanghai import SHANGHAI

TRIGGERS: Final[Mapping[str, str]] = {
    Trigger.WELCOME: "新关注或加好友",
    Trigger.CART_LEFT: "加购后没有下单",
    Trigger.ORDER_UNPAID: "下单后没有付款",
    Trigger.GROUP_LAPSING: "拼团快要到期",
    Trigger.AFTER_RECEIPT: "确认收货",
    Trigger.BIRTHDAY: "生日",
    Trigger.COUPON_LAPSING: "优惠券快要过期",
    Trigger.SLEEPING: "很久没来",
    Trigger.PRICE_DROP: "关注的商品降价",
    Trigger.BACK_IN_STOCK: "关注的商品到货",
}
ENDS: Final[Mapping[str, str]] = {
    EarlyEnd.PURCHASE: "下单付款",
    EarlyEnd.REPLY: "回复消息",
    EarlyEnd.UNSUBSCRIBED: "退订",
    EarlyEnd.HANDOVER: "转人工",
    EarlyEnd.TAG: "打上标签",
}
DAYS: Final[Mapping[str, str]] = {"all": "", "workdays": "，只在工作日", "holidays": "，只在休息日"}
WEEKDAYS: Final = "一二三四五六日"
AN_HOUR: Final = 60
A_DAY: Final = 24 * AN_HOUR


def plan_words(plan: Plan) -> str:
    """The sentence that operators read."""
    match plan:
        case OncePlan():
            return f"{_moment(plan.at)}发送"
        case RecurringPlan():
            until = f"，到{plan.until_day}为止" if plan.until_day else ""
            return f"{_when(plan)}{plan.time:%H:%M}{DAYS[plan.days]}，从{plan.from_day}起{until}"
        case JourneyPlan():
            return f"{_trigger(plan)}；{_ends(plan.ends_by)}时提前结束"
        case SopPlan():
            how = "从每位各自开始的那天算起" if plan.from_each else "大家从同一天算起"
            return f"从{plan.from_day}开始，{how}；{_ends(plan.ends_by)}时提前结束"


def span(minutes: int) -> str:
    """Minutes as people say them."""
    if minutes and minutes % A_DAY == 0:
        return f"{minutes // A_DAY}天"
    if minutes and minutes % AN_HOUR == 0:
        return f"{minutes // AN_HOUR}小时"
    return f"{minutes}分钟"


def _moment(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def _when(plan: RecurringPlan) -> str:
    said = []
    if plan.weekdays:
        said.append(f"每周{'、'.join(WEEKDAYS[day - 1] for day in plan.weekdays)}")
    if plan.month_days:
        said.append(f"每月{'、'.join(f'{day}日' for day in plan.month_days)}")
    return "和".join(said) or "每天"


def _trigger(plan: JourneyPlan) -> str:
    name = TRIGGERS[plan.trigger]
    if plan.trigger == Trigger.SLEEPING:
        return f"{plan.sleeping_days}天没来"
    if not plan.after_minutes:
        return name
    is_before = plan.trigger in (Trigger.GROUP_LAPSING, Trigger.COUPON_LAPSING)
    return f"{name}{'前' if is_before else '后'}{span(plan.after_minutes)}"


def _ends(ends: tuple[EarlyEnd, ...]) -> str:
    chosen = dict.fromkeys((*ends, EarlyEnd.UNSUBSCRIBED))
    return "、".join(ENDS[each] for each in chosen)
