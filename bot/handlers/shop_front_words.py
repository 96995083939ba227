"""What the shop front says, the options it offers, and the words by which they are asked for."""

import re
from collections.abc import Sequence
from typing import Final

from bot import texts
from commerce.catalogue.front import Shelf

HOT: Final = "热销商品"
NEW: Final = "新品"
MORE_SHELVES: Final = "更多分类"
MOST_SHELVES_NAMED: Final = 12

TAIL: Final = "也可以直接说想买什么，或者说“购物车”“我的订单”“转人工”。"
SHELVES: Final = "店里有：{shelves}。"
SHELF: Final = "{name}（{count}款）"
AND_MORE: Final = "{shelves}等{count}类"
MORE_HEAD: Final = "还有这些分类：{shelves}。先看看“{name}”里的这款："
LAST_PAGE: Final = "分类就这些了。点一个看看，或者直接告诉我想买什么。"
NOTHING_SOLD: Final = "店里刚开张，还没有销量排行，先看看新上架的。"
NOTHING_YET: Final = "货架上暂时没有现货，上新了再来看看。"

# Possessive: nothing of what may stand around the wish is tried again in another way.
_SHOP: Final = r"(?:你们|咱们?|店里|店铺|本店|全店|这里|这儿|最近|今天|现在|都|的)*+"
_SEE: Final = (
    r"(?:我|想|要|给我|帮我|看一?下|看看|看|来点|来|发|逛逛|有没有|有什么|有啥|有哪些|有)*+"
)
_ASKS: Final = (
    r"(?:有哪些|有什么|有啥|是什么|是哪些|看看|给我看看|推荐|吗|呢|么|吧|了|没有?|啊|呀)*+"
)
_HOT_GOODS: Final = (
    r"(?:热销|畅销|热卖|爆卖|爆款|人气)(?:的)?(?:商品|产品|宝贝|东西|货|榜单?|排行榜?|款)"
)
_HOT_LOOSELY: Final = (
    r"(?:热销|畅销|热卖|爆款|人气|最火|最热|最受欢迎|卖得?最?[好火多])(?:的)?"
    r"(?:商品|产品|宝贝|东西|货|榜单?|款|几款)?"
    r"|(?:什么|啥|哪些)(?:东西|商品)?(?:卖得?(?:最|比较)?[好火多]|(?:最|比较)?(?:好卖|热销|火))"
    r"|大家都?在?买(?:什么|啥|哪些)"
)
_RECOMMENDED: Final = (
    r"(?:什么|啥|哪些)?(?:好的?|值得买的?)?推荐(?:一?下|点|些|几[款个样])?好?(?:东西|货|商品|的)?"
)
_NEW_GOODS: Final = (
    r"(?:新品|上新|新上架|新到货?|新货|新上的?|刚上架)(?:的)?(?:商品|产品|宝贝|东西|上架|上市|货)?"
)
_NEW_LOOSELY: Final = r"最?新款(?:商品|产品)?|(?:最?新的?|新出的)(?:商品|产品|宝贝|东西|货)"

ASKS_HOT: Final = re.compile(rf"{_SEE}{_SHOP}{_SEE}{_HOT_GOODS}{_ASKS}")
ASKS_HOT_LOOSELY: Final = re.compile(rf"{_SEE}{_SHOP}{_SEE}(?:{_HOT_LOOSELY}){_ASKS}")
"""Of a list in view, unless the shop is named: it is sorted then."""
ASKS_ADVICE: Final = re.compile(rf"{_SEE}{_SHOP}{_SEE}{_RECOMMENDED}{_ASKS}")
"""What to buy, without a word of what it shall be; of the list in view, if there is one."""
OF_THE_SHOP: Final = re.compile(r"店|你们|咱|大家|全部")
ASKS_NEW: Final = re.compile(rf"{_SEE}{_SHOP}{_SEE}{_NEW_GOODS}{_ASKS}")
ASKS_NEW_LOOSELY: Final = re.compile(rf"{_SEE}{_SHOP}{_SEE}(?:{_NEW_LOOSELY}){_ASKS}")
ASKS_MORE_SHELVES: Final = re.compile(
    r"(?:看看|还有|查看)?更多的?分类(?:第(?P<page>\d{1,3})页)?|还有(?:别的|其他|其它|哪些)的?分类吗?"
)


def more_option(page: int) -> str:
    """The option that leads to a further page of shelves; the second needs no number."""
    return MORE_SHELVES if page == 2 else f"{MORE_SHELVES} 第{page}页"


def shelves_in_words(shelves: Sequence[Shelf]) -> str:
    """Shelves with how many products each holds."""
    named = "、".join(
        SHELF.format(name=texts.short(each.name, texts.LONGEST_TITLE // 2), count=each.count)
        for each in shelves[:MOST_SHELVES_NAMED]
    )
    if len(shelves) <= MOST_SHELVES_NAMED:
        return named
    return AND_MORE.format(shelves=named, count=len(shelves))
