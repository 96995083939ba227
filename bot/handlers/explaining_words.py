"""An amount taken apart: its lines, its steps, and the words by which customers ask for that."""

import re
from collections.abc import Sequence
from typing import Any, Final

from bot import texts
from bot.handlers.variants import short_label
from commerce.money import yuan
from commerce.ordering.tables import Order, OrderLine
from commerce.pricing.quote import Quote, Step
from commerce.pricing.values import StepKind

MOST_LINES: Final = 8
"""Lines that are told one by one; the others are told as one sum, so that nothing is left out."""

OF_CART: Final = "购物车的 {payable} 是这样来的："
OF_ORDER: Final = "订单 {order_no} 的 {payable} 是这样来的："
LINE: Final = "{name} {price}×{quantity} = {total}"
OTHERS: Final = "其余{kinds}种共{pieces}件 = {total}"
STEP: Final = "{name} {amount}"
PAYABLE: Final = "应付 {payable}"
CART_ENDING: Final = "价格以付款时为准，付款说“结算”。"
NOTHING_OF_THAT_AMOUNT: Final = "购物车和最近的订单里没有哪一笔是 {amount}。"
BACK_IS_PAID: Final = "退的是这几件实付的钱，优惠按商品分摊。"
NOTHING_TO_EXPLAIN: Final = "购物车是空的，也没有订单，没有要算的钱。想买什么告诉我，我来帮您找。"

# Possessive: nothing of what may stand around the question is tried again in another way.
_OF: Final = (
    r"(?:啊|咦|哎|诶|欸|额|这|那|上|我的?|购物车|一共|总共|合计|全部|最后|最终|要?付|应付|实付|付款|结算"
    r"|的|里面?|是|都)*+"
)
_SUM: Final = (
    r"(?:个|笔)?(?:总价|总额|总数|总金额|金额|价格|价钱|价|钱数|钱|账单?|数|费用|单子?|订单)?"
)
_WHY: Final = r"(?:为什么|为啥|为何|凭什么|凭啥|怎么|咋|干嘛)"
_BE: Final = (
    r"(?:会|就|要|又|还|是|成了|变成了?|付|收我?|我|给|算出来?|得|总共|一共|合计|应付|实付)*+"
)
_AMOUNT: Final = r"¥?(?P<amount>\d{1,8}(?:\.\d{1,2})?)(?:元|块钱?)?"
_TAIL: Final = r"(?:钱|啊|呀|呢|吗|的|了|来着|给我|说说|讲讲|看看|解释|一下|下)*+"
_HOW: Final = r"(?:怎么|咋|如何|怎样)(?:得)?(?:算|来|得)(?:出来|来|到)?[的得]"
_PLEASE: Final = r"(?:请问|麻烦|帮我|给我|能)*+(?:解释|说明|说说|讲讲|算算)?(?:一?下)?"

ASKS_HOW: Final = re.compile(rf"{_PLEASE}{_OF}(?:{_AMOUNT})?{_OF}{_SUM}{_OF}{_HOW}{_TAIL}")
"""怎么算的, 总价怎么来的, 这87.3怎么算出来的."""
ASKS_HOW_SO_MUCH: Final = re.compile(rf"{_PLEASE}{_OF}{_SUM}{_OF}{_HOW}{_BE}{_AMOUNT}{_TAIL}")
"""怎么算的87.3, 这单怎么来的129."""
ASKS_WHY: Final = re.compile(rf"{_PLEASE}{_OF}{_SUM}{_OF}{_WHY}{_BE}{_AMOUNT}{_TAIL}")
"""为什么是87.3, 这单为啥是129, 合计怎么是258."""
ASKS_WHY_LESS: Final = re.compile(
    rf"{_PLEASE}(?:不是|应该是?|不该是)?(?:{_AMOUNT})?(?:吗|么)?(?:退|退款|退的钱)*{_WHY}(?:才|只|就|会|还)*(?:退|给)?"
    r"(?:少|不够|不对|变少|扣)(?:这么|那么|一点|一些|点|我)*(?:了|啊|呀|呢|的|钱)*"
)
"""不是119吗 咋少了."""
ASKS_FOR_STEPS: Final = re.compile(
    r"(?:看看|看一?下|给我|发一?下|要|有)?(?:购物车|订单)?的?"
    r"(?:总价|价格|金额|费用|价钱|扣款|付款金额)的?(?:明细|构成|组成)(?:是什么|呢|看看)?"
)
"""价格明细, 费用构成."""
MAY_ASK: Final = re.compile(r"[怎咋如為为凭憑幹干]|明细|明細|构成|構成|组成|組成")
"""Without any of these it is none of those questions."""


def quote_in_words(quote: Quote, ending: str) -> str:
    """The cart's lines and steps. The lines sum to the goods, the steps to what is payable."""
    lines = [(_name(each.title, each.label), each.price, each.quantity) for each in quote.lines]
    head = OF_CART.format(payable=yuan(quote.payable))
    return _in_words(head, lines, quote.steps, quote.payable, ending)


def order_in_words(order: Order, lines: Sequence[OrderLine]) -> str:
    """An order's lines and steps, as they were when it was placed."""
    told = [(_name(each.title, each.label), each.price, each.quantity) for each in lines]
    head = OF_ORDER.format(order_no=order.order_no, payable=yuan(order.payable))
    return _in_words(head, told, steps_of(order), order.payable, "")


def steps_of(order: Order) -> list[Step]:
    """The steps that were written down with the order, if they sum to it; else its columns do."""
    written = [_step(each) for each in order.steps]
    if sum(step.amount for step in written) == order.payable:
        return written
    return [
        Step("商品金额", order.goods_total, StepKind.GOODS),
        Step("优惠", -order.discount, StepKind.REWARD),
        Step("运费", order.freight, StepKind.FREIGHT),
    ]


def _in_words(
    head: str,
    lines: Sequence[tuple[str, int, int]],
    steps: Sequence[Step],
    payable: int,
    ending: str,
) -> str:
    told = [
        LINE.format(name=name, price=yuan(price), quantity=pieces, total=yuan(price * pieces))
        for name, price, pieces in lines[:MOST_LINES]
    ]
    others = lines[MOST_LINES:]
    if others:
        total = sum(price * pieces for _, price, pieces in others)
        pieces = sum(pieces for _, _, pieces in others)
        told.append(OTHERS.format(kinds=len(others), pieces=pieces, total=yuan(total)))
    sums = [STEP.format(name=step.name, amount=yuan(step.amount)) for step in steps]
    ends = [*sums, PAYABLE.format(payable=yuan(payable)), *([ending] if ending else [])]
    return texts.fitting([head, *told], "\n".join(ends))


def _step(written: dict[str, Any]) -> Step:
    kind = StepKind(written.get("kind", StepKind.GOODS))
    return Step(texts.short(str(written.get("name", ""))), int(written.get("amount", 0)), kind)


def _name(title: str, label: str) -> str:
    return f"{texts.brief(title)}（{short_label(label)}）" if label else texts.brief(title)
