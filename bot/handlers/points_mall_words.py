"""What the shop says about the points mall."""

import re
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from typing import Final

from bot import texts
from bot.handlers.order_words import moment_in_words
from commerce.membership.tables import MallItem, Redemption, RedemptionState

EMPTY: Final = "积分商城里现在没有能换的东西，积分留着，结算时也能用。"
HEAD: Final = "积分商城（您有{points}积分）："
ITEM: Final = "{place}. {title} {points}积分{left}"
LEFT: Final = "，剩{count}件"
FEW: Final = 10
WHICH: Final = "要换哪个？说编号或名称就行。"
NO_SUCH: Final = "积分商城里没有“{thing}”。"
SEVERAL: Final = "“{thing}”有几样，要换哪个？"
TOO_FEW: Final = (
    "“{title}”要{points}积分，您现有{have}积分，还差{missing}积分。说“怎么攒积分”看办法。"
)
NO_ADDRESS: Final = "“{title}”要寄给您，可是店里还没有您的收货地址。先说“加个地址”，存好再来换。"
CONFIRM: Final = (
    "用{points}积分换“{title}”，换后还剩{rest}积分。{where}回复“确认”兑换，“不用”取消。"
)
WHERE: Final = "寄到：{address}。"
KEPT: Final = "好的，没有兑换，积分没动。"
HAD_COUPON: Final = (
    "换好了：“{title}”已放进您的券里，扣了{points}积分，还剩{rest}积分。说“我的券”查看。"
)
HAD_THING: Final = (
    "换好了：“{title}”，兑换号 {number}，扣了{points}积分，还剩{rest}积分。"
    "店里的同事会寄到刚才的地址，寄出后告诉您。"
)
CHANGED: Final = "收货地址刚刚变了，请再看一下。"
REFUSED: Final = "{reason}，没有兑换，积分没动。"
REDEEMED: Final = "您的兑换："
NOTHING_REDEEMED: Final = "您还没有用积分换过东西。说“积分商城”看看能换什么。"
ONE_REDEEMED: Final = "· {number} {title}（{at}，{points}积分）：{state}"
STATES: Final[Mapping[RedemptionState, str]] = {
    RedemptionState.WAITING: "待寄出",
    RedemptionState.DONE: "已完成",
    RedemptionState.CALLED_OFF: "已取消，积分已退",
}
SENT: Final = "已寄出，单号{tracking_no}"
FEWEST_SHARED: Final = 3
TAKES: Final = re.compile(r"换|兑|要|拿|来")
SAYS_YES: Final = re.compile(
    r"(?:嗯|好|行|对|那|就|可以|确认|确定|是)*(?:兑换?|换)(?:吧|了|啦|它|这个|呗)*"
)
"""换吧 as a yes to whether points are to be spent."""


def longest_shared(title: str, said: str) -> int:
    """How many letters in a row a title and a sentence have in common at most."""
    match = SequenceMatcher(None, title, said, autojunk=False).find_longest_match()
    return match.size


def mall_in_words(items: Sequence[MallItem], points: int) -> str:
    """What points buy, numbered, and the question which."""
    lines = [
        ITEM.format(
            place=place,
            title=texts.short(item.title),
            points=item.points,
            left=LEFT.format(count=item.stock) if item.stock <= FEW else "",
        )
        for place, item in enumerate(items, 1)
    ]
    return texts.fitting([HEAD.format(points=max(0, points)), *lines], WHICH)


def redemption_in_words(redemption: Redemption) -> str:
    """One thing that was had for points, and where it is."""
    state = STATES[RedemptionState(redemption.state)]
    if redemption.tracking_no:
        state = SENT.format(tracking_no=redemption.tracking_no)
    return ONE_REDEEMED.format(
        number=redemption.redemption_no,
        title=redemption.title,
        at=moment_in_words(redemption.at),
        points=redemption.points,
        state=state,
    )
