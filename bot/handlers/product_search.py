"""Find products, narrow the list, page through it, choose from it."""

import re
from collections.abc import Sequence
from typing import Final

from bot import texts
from bot.handlers.answers import is_yes, plain
from bot.handlers.listing import (
    A_PAGE,
    look_up,
    offer_without_limits,
    show_page,
)
from bot.handlers.pointing_words import THIS
from bot.handlers.several_wishes import names_of, wishes_apart
from bot.handlers.shop_front import show_front, show_hot
from bot.handlers.wishes import (
    narrowed,
    no_matter,
    said_wish,
    sort_order,
    unwanted_colors,
    wants_cheaper,
    wants_dearer,
    wish_of,
)
from bot.memory import Wish
from bot.messages import Reply, Text
from bot.router import Router
from bot.turn import Turn
from commerce.catalogue import queries
from commerce.catalogue.traits import COLOR_NAMES, color_key
from commerce.money import yuan
from nlu.understanding import Intent

__all__ = ["router", "wish_of"]

router = Router()

NEXT_WORDS: Final = re.compile(
    r"换(?:一)?批|换一?[组些]|下一?页|下一批|还有(?:别的|其他|其它|吗|没)|更多|再来几|再来一批|翻页|其他的|其它的|别的(?:呢|吗|看看)?$|后面还有|往[后下]"
)
BACK_WORDS: Final = re.compile(r"上一?页|前一页|上一批|刚才那批|返回|往前")
REFINEMENT: Final = re.compile(
    r"(?:我?(?:想|要|看|有没有|有|给我|按|换|来|找|再)*)"
    r"(?:(?:更|再|最)?(?:便宜|贵|高档|实惠)(?:一?[点些])?的?|(?:价格|价钱)?(?:从|由)[低高]到[高低](?:排序?)?"
    r"|(?:按)?(?:销量|价格)(?:最?[高低好])?(?:的|排序?|优先)*|卖得最?好的|最火的|热销的)(?:看看|吗|呢|吧|有吗|有没有)*"
)
FURTHER: Final = re.compile(r"^(?!.*(?:想买|想要|推荐|有没有|找|送)).*的[吗呢吧?？。]*$")
"""适合宝宝的 goes on about the list; 想买适合宝宝的 begins anew."""
MOST_COLORS: Final = 8
SIMILAR: Final = re.compile(r"^(?!.*(?:不|别)[要看用]?).*(?:同类|类似|差不多|同款)的?")


@router.intent(Intent.SEARCH_PRODUCT)
def search(turn: Turn) -> Sequence[Reply]:
    """A new wish: show the best matches."""
    wish = wish_of(turn.understanding)
    if wish.is_empty():
        return show_front(turn)
    several = wishes_apart(turn)
    if several:
        return _search_apart(turn, several)
    names_nothing = not (wish.product or wish.brand)
    is_further = not wish.attribute or FURTHER.search(turn.text)
    if names_nothing and is_further and not turn.memory.wish.is_empty():
        return refine(turn)  # 300以内的 after a list narrows the list.
    order = sort_order(turn.text) or "best"
    found = show_page(turn, wish, order=order, said=turn.text[: texts.LONGEST_VALUE])
    return found or offer_without_limits(turn, wish)


@router.intent(Intent.REFINE_SEARCH)
def refine(turn: Turn) -> Sequence[Reply]:
    """Narrow, sort or page the last list."""
    memory = turn.memory
    if memory.wish.is_empty():
        return _without_a_list(turn)
    if said_wish(turn.understanding).is_empty():
        turned = _turn_page(turn)
        if turned is not None:
            return turned
    said = said_wish(turn.understanding)
    if said.product and not set(said.product) & set(memory.wish.product):
        return search(turn)  # Another thing: what was wished of the first does not hold for it.
    unwanted = unwanted_colors(turn.understanding)
    if unwanted:
        return _without(turn, unwanted)
    prices = [each.lowest_price for each in look_up_shown(turn)]
    wish = narrowed(memory.wish, turn.understanding, prices)
    order = sort_order(turn.text) or ("cheapest" if wants_cheaper(turn.text) else memory.order)
    found = show_page(turn, wish, order=order, said=memory.said if wish == memory.wish else "")
    return found or _nothing_like_that(turn, wish, prices)


def _without_a_list(turn: Turn) -> Sequence[Reply]:
    """便宜点的 and 卖得最好的是啥 when nothing has been looked for."""
    if not said_wish(turn.understanding).is_empty():
        return search(turn)
    order = sort_order(turn.text)
    if order == "sales":
        return show_hot(turn)
    pages = NEXT_WORDS.search(turn.text) or BACK_WORDS.search(turn.text)
    if order or pages or re.search(THIS, turn.text):
        return [Text(texts.NOTHING_SHOWN)]
    return show_front(turn) if wish_of(turn.understanding).is_empty() else search(turn)


def _search_apart(turn: Turn, parts: Sequence[Turn]) -> Sequence[Reply]:
    """猫砂盆和猫爬架: the best of each in one list, and what of them the shop does not have."""
    found: list[list[int]] = []
    missing: list[str] = []
    for part in parts:
        page = look_up(turn, said_wish(part.understanding))
        fitting = [each.id for each in page.products] if page.is_strict else []
        found.append(fitting[: max(1, A_PAGE // len(parts))])
        missing += [] if fitting else names_of([part])
    among = list(dict.fromkeys(each for few in found for each in few))
    named = [name for name in names_of(parts) if name not in missing]
    shown = show_page(turn, Wish(among=among, named=named)) if among else None
    if not shown:
        return offer_without_limits(turn, said_wish(turn.understanding))
    told = [Text(texts.NOTHING_FOUND_OF.format(names=texts.repeated("、".join(missing))))]
    return [*(told if missing else []), *shown]


@router.step("looser")
def hear_looser(turn: Turn) -> Sequence[Reply] | None:
    """Whether to show what would fit without the limit."""
    match is_yes(turn):
        case True:
            wish = Wish.model_validate(turn.memory.question["wish"])
            return show_page(turn, wish, order="cheapest") or [Text(texts.NO_MORE)]
        case False:
            return [Text(texts.SEARCH_WHAT)]
    return None


@router.step("similar")
def hear_similar(turn: Turn) -> Sequence[Reply] | None:
    """Whether to show other goods of the same shelf, what was sold out left behind."""
    match True if SIMILAR.search(turn.text) else is_yes(turn):
        case True:
            wish = Wish(category=list(turn.memory.question["category"]))
            return show_page(turn, wish, order="sales") or [Text(texts.NO_MORE)]
        case False:
            return [Text(texts.NOTHING_ASKED_NO)]
    return None


def look_up_shown(turn: Turn) -> Sequence[queries.ProductSummary]:
    """The last list as it is now, at the prices that the wish saw."""
    memory = turn.memory
    sought = turn.shop.search.wish_from(memory.wish.model_dump(), memory.said)
    return queries.list_summaries(turn.session, memory.shown, sought)


def is_refinement(text: str) -> bool:
    """Whether the words do nothing but sort or bound the list: 便宜点的, 按销量排."""
    return REFINEMENT.fullmatch(plain(text)) is not None or bool(no_matter(text))


def _turn_page(turn: Turn) -> Sequence[Reply] | None:
    memory = turn.memory
    if NEXT_WORDS.search(turn.text):
        offset = memory.offset + A_PAGE
    elif BACK_WORDS.search(turn.text):
        if memory.offset == 0:
            return [Text(texts.FIRST_PAGE)]
        offset = max(0, memory.offset - A_PAGE)
    else:
        return None
    memory.in_view = "list"
    page = show_page(turn, memory.wish, offset=offset, order=memory.order, said=memory.said)
    return page or [Text(texts.NO_MORE)]


def _nothing_like_that(turn: Turn, wish: Wish, prices: Sequence[int]) -> Sequence[Reply]:
    """Nothing fits the narrower wish: the list stays as it was, so that it can be picked from."""
    if prices and wants_cheaper(turn.text):
        return [Text(texts.NOTHING_CHEAPER.format(price=yuan(min(prices))))]
    if prices and wants_dearer(turn.text):
        return [Text(texts.NOTHING_DEARER.format(price=yuan(max(prices))))]
    return offer_without_limits(turn, wish)


def _without(turn: Turn, unwanted: Sequence[str]) -> Sequence[Reply]:
    """不要红色的: the colours that are left, to choose from."""
    refused = {color_key(color) for color in unwanted}
    left: dict[str, None] = {}
    for product in queries.list_products(turn.session, turn.memory.shown):
        for variant in product.variants:
            for name in COLOR_NAMES & {**product.attributes, **variant.attributes}.keys():
                color = str({**product.attributes, **variant.attributes}[name])
                if variant.in_stock and not any(each in color for each in refused):
                    left[color] = None
    if not left:
        return [Text(texts.NO_MORE)]
    colors = "、".join(texts.short(color, 30) for color in list(left)[:MOST_COLORS])
    return [
        Text(
            texts.WITHOUT_COLOR.format(unwanted=texts.repeated("、".join(unwanted)), colors=colors)
        )
    ]
