"""A page of products as the customer sees it, and the questions that follow when there is none."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from bot import texts
from bot.memory import Wish
from bot.messages import Reply, Text
from bot.search import SearchPage
from bot.turn import Turn
from commerce.catalogue import queries
from commerce.catalogue.front import browse
from commerce.catalogue.views import ProductSummary
from commerce.catalogue.wish import Sorting
from commerce.money import yuan
from commerce.pricing.values import UnitOffer
from commerce.promotions.timed import products_reduced
from wecom.xml import harmless

A_PAGE: Final = 5
REDUCED: Final = "{price}，{name}{reduced}"
MOST_CATEGORIES: Final = 12
_LIMITS: Final = (
    (("price_min", "price_max"), "价格"),
    (("color",), "颜色"),
    (("size",), "尺码"),
    (("brand",), "品牌"),
    (("attribute",), "其他要求"),
    (("price_min", "price_max", "color", "size"), "价格、颜色和尺码"),
)
"""What is given up to find something, one limit at a time, in this order."""


def show_page(
    turn: Turn, wish: Wish, *, offset: int = 0, order: str = "best", said: str = ""
) -> Sequence[Reply] | None:
    """One page of what fits, whose positions can be picked next; None when nothing fits."""
    page = look_up(turn, wish, offset=offset, order=order, said=said)
    if not page.products:
        return None
    memory = turn.memory
    memory.wish, memory.offset, memory.order, memory.said = wish, offset, order, said
    memory.shown, memory.in_view = [product.id for product in page.products], "list"
    memory.focus, memory.together, memory.added = None, [], []
    memory.asked_of_product = {}
    if page.total == 1:
        memory.speak_of(memory.shown[0])
    found = texts.FOUND if page.is_strict else texts.FOUND_NEAR
    heading = found.format(count=page.total, wish=echo(wish))
    listed = _numbered(turn, page.products)
    if not any(product.in_stock for product in page.products):
        question = turn.ask("similar", texts.SIMILAR_INSTEAD, category=[page.products[0].category])
        return [Text(texts.fitting([heading, listed], question.content))]
    return [Text(texts.fitting([heading, listed], _hint(page, offset)))]


def look_up(
    turn: Turn, wish: Wish, *, offset: int = 0, order: str = "best", said: str = ""
) -> SearchPage:
    """A page of what fits."""
    sought = turn.shop.search.wish_from(wish.model_dump(), said)
    if wish.among:
        fitting = browse(turn.session, wish.among, sought, Sorting(order))
        return SearchPage(tuple(fitting[offset : offset + A_PAGE]), len(fitting))
    return turn.shop.search.search(turn.session, sought, limit=A_PAGE, offset=offset, order=order)


def list_in_words(turn: Turn, products: Sequence[int]) -> str:
    """Some products, numbered."""
    found = queries.list_summaries(turn.session, products)
    return _numbered(turn, found)


def offer_without_limits(turn: Turn, wish: Wish) -> Sequence[Reply]:
    """Nothing fits: offer what would fit without one limit, or else the nearest shelf."""
    for names, limits in _LIMITS:
        looser = wish.model_copy(
            update={name: None if name.startswith("price") else [] for name in names}
        )
        if looser == wish or not _names_something(looser):
            continue
        page = look_up(turn, looser, order="cheapest")
        if page.products and page.is_strict:
            words = texts.FOUND_WITHOUT.format(
                wish=echo(wish),
                limits=limits,
                count=page.total,
                price=yuan(page.products[0].lowest_price),
            )
            question = texts.SEE_LOOSER.format(limits=limits)
            turn.ask("looser", question, wish=looser.model_dump())
            return [Text(f"{words}{question}")]
    nearest = _nearest_shelf(turn, wish)
    if nearest:
        question = texts.SEE_SHELF.format(shelf=_shelf(nearest))
        turn.ask("similar", question, category=[nearest])
        return [Text(f"{texts.NEAREST_SHELF.format(wish=echo(wish))}{question}")]
    return [Text("\n".join([texts.NOTHING_FOUND.format(wish=echo(wish)), *shelves(turn)]))]


def _nearest_shelf(turn: Turn, wish: Wish) -> str:
    """The category of most of the goods whose names end as the thing sought does; or nothing."""
    for word in wish.product:
        for ending, share in ((word[-2:], 0.5), (word[-1:], 0.7)):
            page = look_up(turn, Wish(product=[ending])) if ending != word else None
            shelves_of = Counter(each.category for each in page.products) if page else Counter()
            name, count = next(iter(shelves_of.most_common(1)), ("", 0))
            if page and page.is_strict and name and count > len(page.products) * share:
                return name
    return ""


def shelves(turn: Turn) -> list[str]:
    """The categories in one line; no line for an empty shop."""
    names = [_shelf(each.name) for each in queries.list_categories(turn.session)]
    named = "、".join(names[:MOST_CATEGORIES])
    return [texts.ON_THE_SHELVES.format(categories=named)] if named else []


def _numbered(turn: Turn, products: Sequence[ProductSummary]) -> str:
    reduced = products_reduced(turn.session, [each.id for each in products], turn.now)
    return texts.numbered((each.title, note(each, reduced.get(each.id))) for each in products)


def note(product: ProductSummary, reduced: UnitOffer | None = None) -> str:
    """What stands behind a title in a list: its price, and the lower one of this moment."""
    price = texts.price_range(product.lowest_price, product.highest_price)
    if reduced is not None:
        price = REDUCED.format(price=price, name=reduced.name, reduced=yuan(reduced.price))
    return price if product.in_stock else f"{price}（暂时缺货）"


def echo(wish: Wish) -> str:
    """The wish as the shop repeats it; the customer's own words cannot become a link."""
    parts = [wish.color, wish.size, wish.brand, wish.attribute, wish.category, wish.product]
    words = [harmless(word) for part in (*parts, wish.named) for word in part]
    return texts.wish_in_words(words, wish.price_min, wish.price_max)


def _names_something(wish: Wish) -> bool:
    return bool(wish.product or wish.brand or wish.category or wish.among)


def _shelf(name: str) -> str:
    return texts.short(name, texts.LONGEST_TITLE // 2)


def _hint(page: SearchPage, offset: int) -> str:
    rest = page.total - offset - len(page.products)
    more = texts.MORE_HINT.format(count=min(rest, A_PAGE)) if rest > 0 else ""
    if page.total == 1:
        return texts.PICK_THE_ONE
    return texts.PICK_FROM_LIST.format(more=more)
