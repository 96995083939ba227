"""What customers say about trouble after buying, and what the shop answers."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from bot import texts
from bot.handlers.aftersale_money_words import details_in_words, steps_in_words
from bot.handlers.answers import plain
from bot.handlers.order_words import goods_in_words, moment_in_words
from commerce.aftersale.queries import RequestView
from commerce.aftersale.states import STATE_NAMES
from commerce.aftersale.tables import Reason, RequestKind, RequestState
from commerce.money import yuan
from commerce.ordering.tables import Order, OrderLine
from commerce.payments.tables import Refund, RefundState

REASONS: Final[tuple[tuple[Reason, re.Pattern[str]], ...]] = (
    (Reason.PRICE, re.compile(r"价保|保价|差价|退差|补差|降价|买贵|便宜了|更便宜|贵了")),
    (Reason.REPAIR, re.compile(r"维修|返修|保修|报修|修(?:一|下|理|好|吗)|能修")),
    (Reason.MISSING, re.compile(r"少(?:发|寄|了|收|给|装|一)|漏(?:发|寄|装|给)|缺(?:了|件|少|货)")),
    (Reason.WRONG, re.compile(
        r"[发寄][错串]|错[发寄]|不是我(?:买|要|拍|订)的|颜色.{0,2}(?:错|不对)|[款码货]不对"
        r"|不对版|描述不符|跟?和?(?:图片?|照片|描述|详情).{0,3}(?:不一样|不符|不同)|另一[款件个]"
    )),
    (Reason.DAMAGED, re.compile(
        r"[破坏碎裂瘪烂漏歪弯]|断(?!货|码)|折[断了]|压扁|变形|磕|划痕|脱线|开线|脱胶|开胶|掉漆|撒了|洒了"
    )),
    (Reason.QUALITY, re.compile(
        r"质量|瑕疵|毛病|故障|不亮|不通电|不转|不制冷|不加热|不响|开不了机|充不[进上]|死机|用不了"
        r"|不能用|霉|长毛|变质|过期|[异臭馊]味|发臭|有虫|掉色|起球|起泡|假[货的]|过敏|色差"
    )),
    (Reason.FIT, re.compile(
        r"(?:[太有偏].{0,2}|码)[大小长短紧松肥]|[大小长短紧松肥]了|不合[适身脚]|尺码|穿不[上下了]|大小"
    )),
    (Reason.NOT_RECEIVED, re.compile(r"没(?:有)?收到|没到货|丢件|丢了|收不到|一直没到")),
    (Reason.LATE, re.compile(r"太慢|等不[及了]|还没发|不发货|迟迟|拖[了太]|等太久")),
    (Reason.UNWANTED, re.compile(
        r"不想?要|不喜欢|不需要|用不[着上]|[拍买][错多]|重复|后悔|[七7]天|无理由|不好看"
    )),
)  # fmt: skip
"""By what is said, the most telling first."""

REASON_OPTIONS: Final[Mapping[str, Reason]] = {
    "破损或漏了": Reason.DAMAGED,
    "质量有问题": Reason.QUALITY,
    "发错了": Reason.WRONG,
    "少发了": Reason.MISSING,
    "大小不合适": Reason.FIT,
    "不想要了": Reason.UNWANTED,
}
REASON_NAMES: Final[Mapping[Reason, str]] = {
    Reason.UNWANTED: "不想要了",
    Reason.DAMAGED: "有破损",
    Reason.QUALITY: "质量问题",
    Reason.WRONG: "和买的不一样",
    Reason.MISSING: "少发了",
    Reason.FIT: "大小不合适",
    Reason.LATE: "等太久了",
    Reason.NOT_RECEIVED: "没收到",
    Reason.PRICE: "降价了，退差价",
    Reason.REPAIR: "要维修",
    Reason.CALLED_OFF: "没有拼成团",
    Reason.OTHER: "其他",
}
KIND_NAMES: Final[Mapping[RequestKind, str]] = {
    RequestKind.REFUND_ONLY: "退款",
    RequestKind.RETURN_REFUND: "退货退款",
    RequestKind.EXCHANGE: "换货",
    RequestKind.CLAIM: "售后处理",
}
SHOWN_BY_PICTURES: Final = frozenset({Reason.DAMAGED, Reason.QUALITY, Reason.WRONG, Reason.MISSING})
CLAIMS: Final = frozenset({Reason.PRICE, Reason.REPAIR, Reason.MISSING})

PROGRESS: Final = re.compile(
    r"进度|进展|到账|退.{0,4}(?:到哪|在哪)|到哪.{0,2}了|处理.{0,3}(?:怎么样|咋样|了吗|了没|没有)|怎么样了"
    r"|(?:多久|几天|几时|什么时候|啥时候|何时).{0,6}(?:到|退|好|处理|收|返|给)"
    r"|退.{0,6}(?:多久|几天|几时|什么时候|啥时候|何时)|还没[退到处]|没(?:有)?(?:收到|见到|看到)(?:退|钱)"
    r"|(?:怎么|咋|为什么|为啥|一直|都).{0,6}(?:没|不).{0,2}[退到处]|退.{0,4}(?:了吗|了没|没有$|没$)"
    r"|查.{0,4}(?:退|售后)"
)
_REFUSED: Final = re.compile(
    r"[吗么]$|为什么|为啥|怎么|咋|凭(?:什么|啥)|(?:还|一直|老|总|都|就是)不|退不退|换不换"
)
WITHDRAW: Final = re.compile(
    r"(?:不|别|甭|莫)(?:用|想|要)?(?:退|换|申请|修)(?:款|货|钱|换)?(?:了|吧|啦)"
    r"|^(?:算了|我|那|先|还是|就)*(?:不|别)(?:退|换|申请)(?:款|货)?$"
    r"|(?:撤[销回掉]|取消|撤了).{0,6}(?:售后|退款|退货|换货|申请|维修)"
    r"|(?:售后|退款|退货|换货|申请).{0,6}(?:撤[销回掉]|取消|撤了)"
)
_EXCHANGE: Final = re.compile(
    r"(?<!退)换货|调换|(?<!退)换(?:一|个|件|双|新|大|小|成|码|色|掉|吧|了|$)|[想要]换"
)
_ONLY_MONEY: Final = re.compile(r"仅退款|只退款|不退货")
_GOODS_BACK: Final = re.compile(r"退货|寄回|退回|退掉")
_ALL: Final = re.compile(r"全部|全退|都退|都要退|整单|整个订单|所有|一起退|全都|^都$|^全$")
SKIP: Final = re.compile(r"跳过|没有?(?:照片|图|拍)?|不用了?|不拍了?|拍不了|算了|没法拍|先不发|无")
ENOUGH: Final = re.compile(
    r"(?:好|发|传|拍)(?:了|完了?|好了)|就这些|没了|完了|就这.?张|可以了|下一步|继续"
)

UNTIL_GROUP_ENDS: Final = (
    "订单 {order_no} 还在拼团，成团前不能单独退款。到期没成团，会自动全额退给您，不用申请；"
    "成团以后想退，再说一声就行。"
)
NO_ORDERS: Final = "您还没有可以申请售后的订单。下过单的话，把订单号发给我，我来查。"
WHICH_ORDER: Final = "要申请售后的是第几笔？"
WHICH_ITEM: Final = "这笔订单里有这几样，是哪一件有问题？说“第一个”，或者“全部”。"
HOW_MANY: Final = "“{title}”一共{count}件，这次申请几件？"
WHY: Final = "是什么原因呢？点一个，或者直接说说情况。"
WHICH_KIND: Final = "想退货退款，还是换一件？"
SEND_PICTURES: Final = "方便的话拍一两张照片发给我，店里处理得更快。没有就说“跳过”。"
WAITING_FOR_PICTURES: Final = "好的，我等您的照片。没有照片就说“跳过”。"
PICTURE_TAKEN: Final = "照片收到，一共{count}张。还有就接着发，发完说“好了”。"
PICTURE_TAKEN_THEN: Final = "照片收到，一共{count}张。{question}"
PICTURES_FULL: Final = "照片最多{count}张，已经够了。{question}"
PICTURE_ADDED: Final = "照片收到，补到申请 {request_no} 里了。"
PICTURES_MAY_FOLLOW: Final = "有照片可以接着发给我。"
GIVEN_UP_MORE: Final = "好的，申请已经登记了，店里的同事会来处理。"
NOT_NOW: Final = "{why}。有特殊情况就说“转人工”，让同事帮您看看。"
CONFIRM: Final = "核对没问题就回复“确认”，我来登记；不申请了说“不用”。"
NOT_SENT_NO_EXCHANGE: Final = "还没发货，换不了，可以先退款，您再重新下单。"
NOT_SENT_ONLY_MONEY: Final = "还没发货，直接申请退款就行。"
UNPAID_INSTEAD: Final = "订单 {order_no} 还没付款，不用退款，取消就行。"
CLOSED: Final = "订单 {order_no} 已经关闭了，没有可以申请的。"
ALL_CLAIMED: Final = "这件商品已经申请过了，不用重复申请。"
TOO_MANY: Final = "这件能申请的只有{free}件，您要申请几件？"
GIVEN_UP: Final = "好的，那就不申请了。有需要随时说。"
REGISTERED: Final = (
    "已经登记，申请号 {request_no}。店里的同事会来处理，有结果我马上告诉您。"
    "想看进度说“售后进度”，改主意了说“不退了”。"
)
NO_REQUESTS: Final = "没有查到您的退款或售后申请。要申请的话说“我要退款”。"
NUMBER_UNKNOWN: Final = "没有查到这个申请号，请核对一下，或者说“售后进度”看看您的申请。"
NOTHING_TO_WITHDRAW: Final = "您没有正在处理的售后申请，不用撤销。"
WHICH_TO_WITHDRAW: Final = "要撤销第几个申请？"
ASK_WITHDRAW: Final = "要撤销申请 {request_no}（{what}）吗？回复“确认”撤销，“不用”保留。"
WITHDRAWN: Final = "申请 {request_no} 已撤销。"
WITHDRAW_KEPT: Final = "好的，申请 {request_no} 保留着，店里的同事会来处理。"
TOO_LATE_TO_WITHDRAW: Final = "申请 {request_no} {state}，不能再撤销。有问题请说“转人工”。"
REFUND_STATES: Final[Mapping[RefundState, str]] = {
    RefundState.REQUESTED: "正在原路退回",
    RefundState.PROCESSING: "微信支付正在退回",
    RefundState.SUCCEEDED: "已原路退回",
    RefundState.ABNORMAL: "退回时遇到问题，店里的同事在处理",
    RefundState.CLOSED: "没有退成，店里的同事在处理",
}


def reason_in(text: str) -> Reason | None:
    """Why, if the words tell."""
    words = plain(text)
    for option, reason in REASON_OPTIONS.items():
        if words == option:
            return reason
    return next((reason for reason, pattern in REASONS if pattern.search(words)), None)


def kind_in(text: str, reason: Reason | None) -> RequestKind | None:
    """What the customer wants, if the words tell more than that something is wrong."""
    words = plain(text)
    if _EXCHANGE.search(words):
        return RequestKind.EXCHANGE
    if _ONLY_MONEY.search(words):
        return RequestKind.REFUND_ONLY
    if reason in CLAIMS:
        return RequestKind.CLAIM
    if _GOODS_BACK.search(words):
        return RequestKind.RETURN_REFUND
    return None


def wants_money(text: str) -> bool:
    """Whether money is to come back: 退款, but not 退换."""
    return re.search(r"退(?!换)", plain(text)) is not None


def means_all(text: str) -> bool:
    """Whether every piece of the order is meant."""
    return _ALL.search(plain(text)) is not None


def asks_progress(text: str) -> bool:
    """Whether the customer asks how a request stands, not how to make one."""
    words, reason = plain(text), reason_in(text)
    tells_why = reason not in (None, Reason.LATE, Reason.NOT_RECEIVED)
    is_how_to = re.search(r"(?:怎么|如何|咋)(?:申请)?退", words) is not None
    return PROGRESS.search(words) is not None and not tells_why and not is_how_to


_CONFIRMS: Final = re.compile(
    r"(?:嗯+|好|行|对|是|可以|确认|确定|没问题|ok)(?:的|了|啊|呀)*(?:那|就|要|申请|帮我|给我)*"
    r"(?:退货?|退款|退钱|换货?|登记|办理?|提交)(?:吧|了|呗|掉|啊)*"
)


def confirms(text: str) -> bool:
    """嗯退吧: a clear yes with the thing itself."""
    return _CONFIRMS.fullmatch(plain(text)) is not None


def takes_back(text: str) -> bool:
    """Whether the customer does not want it any more: 不退了, 撤销售后."""
    words = plain(text)
    return WITHDRAW.search(words) is not None and not _REFUSED.search(words)


def summary(
    order: Order,
    pieces: Iterable[tuple[OrderLine, int]],
    kind: RequestKind,
    reason: Reason,
    pictures: int,
    money: str,
) -> str:
    """What will be registered, for the customer to confirm."""
    goods = "、".join(f"{goods_in_words(line)}×{count}" for line, count in pieces)
    lines = [
        f"给您登记{KIND_NAMES[kind]}：",
        f"订单 {order.order_no}",
        goods,
        f"原因：{REASON_NAMES[reason]}",
    ]
    if pictures:
        lines.append(f"照片：{pictures}张")
    if money:
        lines.append(money)
    return texts.fitting(lines, CONFIRM)


def request_in_words(view: RequestView) -> str:
    """One request: what it is about and where it is."""
    goods = "、".join(f"{goods_in_words(line)}×{count}" for line, count in view.pieces)
    request = view.request
    state = STATE_NAMES[RequestState(request.state)]
    when = moment_in_words(request.created_at)
    named = f"申请 {request.request_no}（{KIND_NAMES[RequestKind(request.kind)]}，{when}）"
    steps = steps_in_words(request)
    return "\n".join(filter(None, (named, goods, state, view.note, *details_in_words(view), steps)))


def refund_in_words(order: Order, refund: Refund) -> str:
    """Money on its way back, and how far it is."""
    state = REFUND_STATES[RefundState(refund.state)]
    return f"订单 {order.order_no} 退款 {yuan(refund.amount)}：{state}"
