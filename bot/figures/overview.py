"""All figures of some days together, as the dashboard, its charts and its file have them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlmodel import Session

from bot.figures import funnel, selling, talking
from bot.figures.funnel import Funnel
from bot.figures.selling import SoldGoods, SoldOn
from bot.figures.span import Span
from bot.figures.talking import (
    BrokenPromises,
    FirstReplies,
    Satisfaction,
    SelfService,
    Talked,
    Waiting,
)
from bot.handover.tables import Reason
from bot.messages import CHANNEL_NAMES

REASONS: Final[Mapping[str, str]] = {
    Reason.ASKED: "顾客要找人工",
    Reason.NO_ANSWER: "没听懂或没答案",
    Reason.COMPLAINT: "投诉",
    Reason.REFUND_DISPUTE: "退款有争议",
    Reason.ANGER: "顾客生气了",
    Reason.VIP: "高等级会员",
    Reason.LARGE_CART: "大额购物车",
    Reason.STAFF: "同事主动接入",
    Reason.SERVICER: "在企业微信里接入",
}
STEPS: Final = ("来聊天", "找商品", "看到卡片", "加购或下单", "付款")
CSV_HEADER: Final = ("日期", "会话数", "下单数", "付款单数", "销售额（元）", "退款（元）")


@dataclass(frozen=True, slots=True)
class Overview:
    """The figures of a span."""

    span: Span
    talked: Sequence[Talked]
    self_service: SelfService
    first_replies: FirstReplies
    reasons: Sequence[tuple[str, int]]
    waiting: Waiting
    broken: BrokenPromises
    satisfaction: Satisfaction
    sold: Sequence[SoldOn]
    goods: Sequence[SoldGoods]
    funnel: Funnel

    @property
    def sales(self) -> int:
        """Fen paid for in the whole span."""
        return sum(day.sales for day in self.sold)

    @property
    def refunded(self) -> int:
        """Fen that went back in the whole span."""
        return sum(day.refunded for day in self.sold)

    @property
    def paid(self) -> int:
        """Orders paid for in the whole span."""
        return sum(day.paid for day in self.sold)

    @property
    def is_empty(self) -> bool:
        """Whether nobody wrote and nothing was bought."""
        return not (self.talked or self.sold or self.reasons)

    def by_day(self) -> Iterator[tuple[int, SoldOn]]:
        """Every day, conversations of all channels and sales; also days without either."""
        talked: dict[str, int] = {}
        for each in self.talked:
            talked[each.day] = talked.get(each.day, 0) + each.conversations
        sold = {each.day: each for each in self.sold}
        for day in self.span.days():
            yield talked.get(day, 0), sold.get(day, SoldOn(day))


def overview(session: Session, span: Span) -> Overview:
    """Every figure of these days."""
    return Overview(
        span=span,
        talked=talking.talked_by_day(session, span),
        self_service=talking.self_service(session, span),
        first_replies=talking.first_replies(session, span),
        reasons=talking.handed_by_reason(session, span),
        waiting=talking.waiting_now(session),
        broken=talking.broken_promises(session, span),
        satisfaction=talking.satisfaction(session, span),
        sold=selling.sold_by_day(session, span),
        goods=selling.top_goods(session, span),
        funnel=funnel.funnel(session, span),
    )


def charts(found: Overview) -> dict[str, Any]:
    """What the charts draw, as plain JSON; money in yuan."""
    days = list(found.span.days())
    by_day = list(found.by_day())
    came = (found.funnel.chatted, found.funnel.searched, found.funnel.saw_card)
    bought = (found.funnel.filled_cart, found.funnel.paid)
    return {
        "days": days,
        "talks": [
            {"name": CHANNEL_NAMES.get(channel, channel), "counts": _counts(found, channel, days)}
            for channel in sorted({each.channel for each in found.talked})
        ],
        "orders": [sold.paid for _, sold in by_day],
        "sales": [sold.sales / 100 for _, sold in by_day],
        "refunds": [sold.refunded / 100 for _, sold in by_day],
        "reasons": [
            {"name": REASONS.get(reason, reason), "value": count} for reason, count in found.reasons
        ],
        "funnel": [
            {"name": name, "value": count}
            for name, count in zip(STEPS, (*came, *bought), strict=True)
        ],
        "goods": [{"name": each.title, "value": each.sales / 100} for each in found.goods],
    }


def csv_rows(found: Overview) -> Iterator[tuple[object, ...]]:
    """A row a day, then one with the sums. Conversations of several days are in each of them."""
    total = [0, 0, 0, 0, 0]
    for talks, sold in found.by_day():
        counts = (talks, sold.placed, sold.paid, sold.sales, sold.refunded)
        total = [before + count for before, count in zip(total, counts, strict=True)]
        yield (sold.day, *counts[:3], f"{sold.sales / 100:.2f}", f"{sold.refunded / 100:.2f}")
    *counted, sales, refunded = total
    yield ("合计", *counted, f"{sales / 100:.2f}", f"{refunded / 100:.2f}")


def _counts(found: Overview, channel: str, days: Sequence[str]) -> list[int]:
    counted = {each.day: each.conversations for each in found.talked if each.channel == channel}
    return [counted.get(day, 0) for day in days]
