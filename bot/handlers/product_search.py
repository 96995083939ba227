"""Find products, narrow the list, page through it, and tell more of one."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from bot import texts
from bot.channels.wechat_xml import harmless
from bot.handlers.cart import put_products
from bot.handlers.picking import at_positions, is_bare_position, picked_products
from bot.memory import Wish
from bot.messages import Reply, Text
from bot.router import Router
from bot.turn import Turn
from commerce.catalogue import queries
from commerce.catalogue.views import ProductSummary, ProductView
from commerce.money import yuan
from nlu.understanding import Intent, Understanding

router = Router()

A_PAGE: Final = 5
CHEAPER: Final = 0.8
"""便宜点的 means below four fifths of a single product's price; of a list, its lower half."""
SORTS: Final[Sequence[tuple[re.Pattern[str], str]]] = (
    (re.compile(r"便宜到贵|从低到高|价格低|最便宜|价格升|低价"), "cheapest"),
    (re.compile(r"贵到便宜|从高到低|最贵|价格降|价格高"), "dearest"),
    (re.compile(r"销量|卖得(?:最)?好|热销|最火|人气|买的人多|爆款"), "sales"),
)
CHEAPER_WORDS: Final = re.compile(r"便宜(?:一)?(?:点|些)|再低|太贵|贵了|实惠|平价")
DEARER_WORDS: Final = re.compile(r"贵(?:一)?(?:点|些)|高档|好(?:一)?点的|上档次")
NEXT_WORDS: Final = re.compile(
    r"换(?:一)?批|下一页|下页|还有(?:别的|其他|吗|没)|更多|再来(?:几|一批)|翻页|其他的"
)
GENERAL_WISH: Final = re.compile(
    r"我?(?:想|要)*(?:买|找|看|逛)*(?:点|些)?(?:商品|东西|什么)?|有(?:啥|什么).{0,6}|推荐.{0,4}"
)
BACK_WORDS: Final = re.compile(r"上一页|上页|前一页|刚才那批|返回")


@router.intent(Intent.SEARCH_PRODUCT)
def search(turn: Turn) -> Sequence[Reply]:
    """A new wish: show the best matches."""
    wish = wish_of(turn.understanding)
    if wish.is_empty():
        return [Text(texts.SEARCH_WHAT)]
    turn.memory.wish = wish
    turn.memory.said = turn.text
    turn.memory.order = sort_order(turn.text) or "best"
    return show(turn, offset=0)


@router.intent(Intent.REFINE_SEARCH)
def refine(turn: Turn) -> Sequence[Reply]:
    """Narrow, sort or page the last list."""
    if turn.memory.wish.is_empty():
        return search(turn)
    if NEXT_WORDS.search(turn.text):
        return show(turn, offset=turn.memory.offset + A_PAGE)
    if BACK_WORDS.search(turn.text):
        return show(turn, offset=max(0, turn.memory.offset - A_PAGE))
    turn.memory.wish = narrowed(turn)
    turn.memory.said = ""
    turn.memory.order = sort_order(turn.text) or turn.memory.order
    return show(turn, offset=0)


@router.intent(Intent.ASK_PRODUCT_DETAIL)
def tell_more(turn: Turn) -> Sequence[Reply]:
    """Price, variants, stock and attributes of one product."""
    products = picked_products(turn)
    if products is None:
        return [Text(texts.WHICH_OF_LIST.format(count=len(turn.memory.shown)))]
    if not products:
        return [Text(texts.NOTHING_SHOWN)]
    turn.memory.focus = products[0]
    turn.step = "list" if turn.memory.shown else ""
    return [Text(detail_in_words(turn, products[0]))]


@router.intent(Intent.COMPARE_PRODUCTS)
def compare(turn: Turn) -> Sequence[Reply]:
    """Two or three products side by side."""
    shown = turn.memory.shown
    chosen = (
        at_positions(turn.understanding.ordinals, shown)
        if turn.understanding.ordinals
        else shown[:2]
    )
    if not chosen or len(chosen) < 2:
        return [
            Text(
                texts.NOTHING_SHOWN
                if len(shown) < 2
                else texts.WHICH_OF_LIST.format(count=len(shown))
            )
        ]
    turn.step = "list"
    return [Text("\n\n".join(detail_in_words(turn, each) for each in chosen[:3]))]


@router.step("list")
def hear_about_list(turn: Turn) -> Sequence[Reply] | None:
    """After a list, a bare position chooses from it; what else is said has its own intent."""
    if not is_bare_position(turn.text) or not turn.memory.shown:
        return None
    positions = turn.understanding.ordinals or [int(turn.understanding.first("quantity") or 0)]
    products = at_positions(positions, turn.memory.shown) if positions != [0] else None
    if products is None:
        turn.step = "list"
        return [Text(texts.WHICH_OF_LIST.format(count=len(turn.memory.shown)))]
    turn.understanding = without_quantity(turn)
    return put_products(turn, products)


def show(turn: Turn, offset: int) -> Sequence[Reply]:
    """One page of what fits the wish in memory; its positions can be picked next."""
    memory = turn.memory
    wish = turn.shop.search.wish_from(memory.wish.model_dump(), memory.said)
    page = turn.shop.search.search(
        turn.session, wish, limit=A_PAGE, offset=offset, order=memory.order
    )
    if not page.products:
        turn.step = "list" if memory.shown else ""
        return [Text(texts.NO_MORE if offset else nothing_found(memory.wish))]
    memory.shown = [product.id for product in page.products]
    memory.offset = offset
    memory.focus = memory.shown[0] if len(memory.shown) == 1 else None
    turn.step = "list"
    rest = page.total - offset - len(page.products)
    more = texts.MORE_HINT.format(count=min(rest, A_PAGE)) if rest > 0 else ""
    listed = texts.numbered((product.title, note(product)) for product in page.products)
    heading = f"为您找到{page.total}款{in_words(memory.wish)}："
    return [Text(f"{heading}\n{listed}\n{texts.HOW_TO_PICK.format(more=more)}")]


def detail_in_words(turn: Turn, product_id: int) -> str:
    """What the shop knows of a product, on a screen of text."""
    product = queries.get_product(turn.session, product_id)
    variants = product.variants
    lines = [product.title]
    if len(variants) == 1 and not variants[0].label:
        lines.append(f"价格：{yuan(variants[0].price)}（{stock_in_words(variants[0].stock)}）")
    else:
        lines += [
            f"· {each.label} {yuan(each.price)}（{stock_in_words(each.stock)}）"
            for each in variants[:12]
        ]
    lines += [f"{name}：{value}" for name, value in list(product.attributes.items())[:10]]
    lines.append("想要就说“来一件”，带上颜色、尺码更快。")
    return "\n".join(lines)


def stock_in_words(stock: int) -> str:
    """有货, a warning for the last few, or 缺货."""
    few = 5
    if stock <= 0:
        return "暂时缺货"
    return f"仅剩{stock}件" if stock <= few else "有货"


def wish_of(said: Understanding) -> Wish:
    """The wish that a message expresses: what was recognised in it, or else all its words."""
    wish = recognised_wish(said)
    text = said.text.strip()
    if wish.is_empty() and text and not is_general_wish(text):
        wish.product = [text]
    return wish


def recognised_wish(said: Understanding) -> Wish:
    """What was recognised of a wish; it may be empty."""
    return Wish(
        product=said.strings("product"),
        brand=said.strings("brand"),
        color=said.strings("color"),
        size=said.strings("size"),
        attribute=said.strings("attribute"),
        price_min=said.first("price_min"),
        price_max=said.first("price_max"),
    )


def narrowed(turn: Turn) -> Wish:
    """The wish in memory with what was said added; a new colour or bound replaces the old."""
    old, new = turn.memory.wish, recognised_wish(turn.understanding)
    kept: dict[str, Any] = old.model_dump()
    for name, value in new.model_dump().items():
        if value not in (None, []):
            kept[name] = [*kept[name], *value] if name == "attribute" else value
    prices = [product.lowest_price for product in shown_products(turn)]
    if prices and new.price_max is None and CHEAPER_WORDS.search(turn.text):
        kept["price_max"] = (
            max(1, min(prices) * CHEAPER / 100)
            if len(prices) == 1
            else (sorted(prices)[len(prices) // 2] / 100)
        )
        turn.memory.order = "cheapest"
    if prices and new.price_min is None and DEARER_WORDS.search(turn.text):
        kept["price_min"], kept["price_max"] = int(max(prices) / 100), None
    return Wish.model_validate(kept)


def shown_products(turn: Turn) -> list[ProductView]:
    """The last list, as it is now."""
    return queries.list_products(turn.session, turn.memory.shown)


def sort_order(text: str) -> str | None:
    """How the customer wants the list sorted, if they said so."""
    return next((order for words, order in SORTS if words.search(text)), None)


def is_general_wish(text: str) -> bool:
    """Whether somebody wants to look around without naming anything."""
    return GENERAL_WISH.fullmatch(text) is not None


def note(product: ProductSummary) -> str:
    """What stands behind a title in a list."""
    price = texts.price_range(product.lowest_price, product.highest_price)
    return price if product.in_stock else f"{price}（暂时缺货）"


def in_words(wish: Wish) -> str:
    """The wish as the shop repeats it."""
    words = [*wish.color, *wish.size, *wish.brand, *wish.attribute, *wish.product]
    said = [harmless(word) for word in words]
    return texts.wish_in_words(said, wish.price_min, wish.price_max)


def nothing_found(wish: Wish) -> str:
    """Says what was looked for, so that the customer can loosen it."""
    return texts.NOTHING_FOUND.format(wish=in_words(wish))


def without_quantity(turn: Turn) -> Understanding:
    """The understanding of a bare 2: a position, not two pieces."""
    kept = {
        name: value for name, value in turn.understanding.entities.items() if name != "quantity"
    }
    return replace(turn.understanding, entities=kept)
