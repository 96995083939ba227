"""What is said of buying again, and the words by which customers ask for it."""

import re
from collections.abc import Sequence
from typing import Final

from bot import texts
from bot.handlers.variants import short_label
from commerce.money import yuan
from commerce.ordering.reordering import PastLine, PutAgain
from commerce.ordering.tables import Order
from commerce.shanghai import SHANGHAI

BOUGHT: Final = "买过的商品"
MOST_LINES: Final = 10

NEVER_BOUGHT: Final = "您在这儿还没买过东西。看中什么告诉我，我帮您加进购物车。"
NOT_PAID_YET: Final = "订单 {order_no} 还没付款，点开就能付，不用再下一单："
NOTHING_LEFT: Final = "真不巧，这单里的商品现在都买不到了。告诉我想买什么，我找找差不多的。"
FAVOURITES_GONE: Final = "您买过的商品现在都下架了。告诉我想买什么，我再帮您找。"
ORDER_HEAD: Final = "{month}月{day}日那单买的："
ASK_ALL: Final = (
    "能买的共{pieces}件，按现在的价格 {total}，都加进购物车吗？{kept}"
    "回复“是”都加，也可以说“第一个”。"
)
ASK_ONE: Final = "要把它加进购物车吗？{kept}回复“是”就加。"
KEPT: Final = "车里原有的{count}件不动。"
DECLINED: Final = "好的，没有加。想单买哪样，告诉我商品名就行。"
NO_SUCH_LINE: Final = "这单能加的只有上面这些，您要第几个？"

LINE: Final = "{name} ×{pieces} {amount}"
PUT: Final = "已加购物车：{lines}。"
PUT_SEVERAL: Final = "已加购物车："
DEARER: Final = "，比那时每件贵{amount}"
CHEAPER: Final = "，比那时每件便宜{amount}"
GONE: Final = "{name} 已经下架了"
SOLD_OUT: Final = "{name} 暂时缺货"
ONLY_LEFT: Final = "，只剩{pieces}件了（上次{before}件）"
ALL_IN_CART: Final = "{name} 只有{stock}件，都在您购物车里了"
AND_MORE: Final = "……等{count}种"

_LEAD: Final = (
    r"(?:你好|您好|麻烦|请|帮我|帮忙|给我|我想|我要|我|想|要|那|就|还是|还|直接|可以|能)*+"
)
_LAST_TIME: Final = r"(?:上|前|最近)一?(?:次|回|单|笔)(?:订单)?"
_LAST: Final = rf"(?:{_LAST_TIME}|之前|以前|上个?月|上周|上个?星期|前[几两]天|昨天|去年)"
_BOUGHT: Final = r"(?:我)?(?:在(?:你|您)?们?(?:这里?|家|店里?))?(?:买|拍|下单|订|点)(?:过|了)?"
_THAT: Final = r"(?:的)?(?:那|这)?(?:[个些份单笔]|几[个样件]|一?[件款箱瓶])?(?:东西|商品|货|订单)?"
_ONE: Final = r"一?(?:单|份|次|遍|个|件|样|套|回|笔)(?:订单)?"
_AGAIN: Final = (
    rf"(?:(?:再|重新|又)(?:来|买|下|要|订|拍|加)(?:{_ONE})?|(?:来|买|下)(?:同样的?)?{_ONE})"
)
_SAME: Final = r"(?:一样|一模一样|同样|相同)(?:的)?"
_TAIL: Final = r"(?:吧|呀|啊|呗|哦|哈|了|好了|就行|就好|可以吗|行吗|行不行?|好吗|吗|谢谢|一下)*+"
_LIKE: Final = r"(?:按照?|照着?|跟着?|和|同|与|像|把|将)?"

AGAIN: Final = re.compile(
    rf"{_LEAD}(?:再(?:来|下|买|订|拍)一(?:单|笔|次单)(?:{_SAME}|{_LIKE}{_LAST}{_SAME})?"
    rf"|{_LIKE}{_LAST}(?:{_BOUGHT})?{_THAT}{_SAME}(?:{_AGAIN})?"
    rf"|{_LIKE}{_LAST}(?:{_BOUGHT})?{_THAT}{_AGAIN}(?:{_SAME})?"
    rf"|(?:{_LAST})?{_BOUGHT}的{_THAT}{_AGAIN}"
    rf"|{_AGAIN}{_LIKE}{_LAST}(?:{_BOUGHT})?{_THAT}(?:{_SAME})?"
    rf"|(?:老样子|照旧|复购|回购|原样)(?:{_AGAIN})?){_TAIL}"
)
"""Of the last order as a whole: 再来一单上次的, 跟上次一样, 上次买的那个再来一份."""
WHAT_WAS_BOUGHT: Final = re.compile(
    rf"{_LEAD}(?:(?:{_LAST})?{_BOUGHT}(?<=过)的[那这](?:[个款件单样箱瓶种些]|几样)"
    rf"|{_LAST_TIME}{_BOUGHT}的(?:[那这][个款件单样些])?)(?:东西|商品)?{_TAIL}"
)
"""买过的那个, 上次买的: the same, unless it answers a question about an order."""
THAT_ORDER_AGAIN: Final = re.compile(
    rf"{_LEAD}(?:把|将)?(?:订单)?号?"
    rf"(?:\d{{18}}|(?:倒数)?第?(?:\d{{1,2}}|[一二两三四五六七八九十]|最后[一]?)[笔个单]?|[这那上][笔个单])?"
    rf"(?:订单)?的?(?:这[笔单])?{_AGAIN}{_TAIL}"
)
"""Of the order that is named, or in view."""
LIKE_LAST_TIME: Final = re.compile(
    rf"{_LEAD}{_LIKE}(?:{_LAST})(?:{_BOUGHT})?(?:的)?(?:{_SAME})?{_TAIL}|老样子|照旧"
)
"""In answer to which kind it shall be."""
FAVOURITES: Final = re.compile(
    rf"{_LEAD}(?:看一?下|看看|看|查一?下|查查|找一?下|列一?下)?我?(?:{_LAST})?我?都?"
    rf"(?:买过|经常买|常买|老买|总买|回购)的?"
    rf"(?:哪些|什么|啥)?(?:东西|商品|产品|宝贝)?(?:清单|列表|记录)?"
    rf"(?:有哪些|有什么|有啥|都有啥)?{_TAIL}"
)
BOUGHT_BEFORE: Final = re.compile(rf"{_LAST}.{{0,8}}(?:买|拍|下单|订)|买过|常买|回购")
NOT_TO_BUY: Final = re.compile(
    r"退|换货|坏|破|漏|烂|发货|发出|到哪|物流|快递|签收|收到|发票"
    r"|降价|差价|保价|多少钱|订单|什么时候|投诉|质量"
)
"""What was bought may also be complained of, or waited for."""
WANTS_IT: Final = re.compile(r"再|来|加购|加入?购物车|还要|下单")
BUYS_AGAIN: Final = re.compile(r"再(?:给我|帮我)?(?:来|买|要|下|拍|订|囤|补|加)|回购|复购")


def order_in_words(order: Order, lines: Sequence[PastLine]) -> list[str]:
    """What an order held, numbered by what can be bought of it, and what cannot."""
    local = order.created_at.astimezone(SHANGHAI)
    told = [ORDER_HEAD.format(month=local.month, day=local.day)]
    ready = [line for line in lines if line.pieces]
    told += [f"{n}. {_offered(line)}" for n, line in enumerate(ready[:MOST_LINES], 1)]
    if len(ready) > MOST_LINES:
        told.append(AND_MORE.format(count=len(ready)))
    return told + _left_out([line for line in lines if not line.pieces])


def put_in_words(done: Sequence[PutAgain]) -> list[str]:
    """What went into the cart, and every line that did not, with its reason."""
    put = [f"{_priced(each.line, each.pieces)}{_short(each.line)}" for each in done if each.pieces]
    told = [PUT.format(lines=put[0])] if len(put) == 1 else [PUT_SEVERAL, *put[:MOST_LINES]]
    if len(put) > MOST_LINES:
        told.append(AND_MORE.format(count=len(put)))
    refused = [each for each in done if each.refusal]
    told += [f"{_name(each.line)}：{texts.short(each.refusal)}" for each in refused[:MOST_LINES]]
    rest = [each.line for each in done if not each.pieces and not each.refusal]
    return (told if put else told[1:]) + _left_out(rest)


def _offered(line: PastLine) -> str:
    return f"{_priced(line, line.pieces)}{_short(line)}"


def _priced(line: PastLine, pieces: int) -> str:
    words = LINE.format(name=_name(line), pieces=pieces, amount=yuan(line.price * pieces))
    change = line.price - line.price_then
    if not change:
        return words
    return words + (DEARER if change > 0 else CHEAPER).format(amount=yuan(abs(change)))


def _short(line: PastLine) -> str:
    if line.pieces == line.quantity:
        return ""
    return ONLY_LEFT.format(pieces=line.pieces, before=line.quantity)


def _left_out(lines: Sequence[PastLine]) -> list[str]:
    return [f"{_why_not(line)}。" for line in lines[:MOST_LINES]]


def _why_not(line: PastLine) -> str:
    if line.product_id is None:
        return GONE.format(name=_name(line))
    if line.stock <= 0:
        return SOLD_OUT.format(name=_name(line))
    return ALL_IN_CART.format(name=_name(line), stock=line.stock)


def _name(line: PastLine) -> str:
    title = texts.brief(line.title)
    return f"{title}（{short_label(line.label)}）" if line.label else title
