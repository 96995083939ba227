"""Tell more of a product, show its card; and hear what is said of a list."""

import re
from collections.abc import Sequence
from typing import Any, Final

from bot import texts
from bot.handlers.answers import plain
from bot.handlers.cart import put_into_cart, put_products
from bot.handlers.cart_changes import drops_it, swaps_it, update_cart
from bot.handlers.comparing import compare, compare_these
from bot.handlers.detail_words import COLORS, SIZES, answer_about
from bot.handlers.flash_sales import flash_line
from bot.handlers.goods_names import names
from bot.handlers.group_buys import group_buy_line
from bot.handlers.picking import ask_which, at_positions, bare_positions, pick
from bot.handlers.product_cards import card_of_product
from bot.handlers.product_search import is_refinement, refine
from bot.handlers.references import read_reference
from bot.handlers.shop_front import show_front
from bot.handlers.variants import says_step
from bot.handlers.wishes import is_general_wish
from bot.messages import Reply, Text
from bot.router import Router
from bot.turn import Turn
from commerce.catalogue import queries
from commerce.catalogue.views import ProductView
from commerce.money import yuan
from commerce.promotions.timed import products_reduced
from nlu.text import fold
from nlu.understanding import Intent

router = Router()

CARD_WORDS: Final = re.compile(
    r"(?:第.{1,3}[个款]|这[个款]|它)?(?:的)?"
    r"(?:我?(?:想|要|能|可以)*(?:给我|帮我)?)?(?:看看|看下|看一下|看|发|发一?[个下张]|来[个张]|有|打开|点开)?"
    r"(?:这[个款]|它|第.{1,3}个|商品|产品|宝贝)?(?:的|有|没有)*(?:图片|图|照片|实物图|大图|链接|小程序|卡片|详情页)"
    r"(?:看看|看下|看一下|看|打开|给我|来看看|发我|发给我|发我看看)?(?:吗|吧|呢|啊|嘛)?"
)
_KINDS: Final = frozenset({"color", "size"})
QUESTION: Final = re.compile(r"[吗么嘛呢没有不?？]$")
BARE_TRAIT: Final = re.compile(r"(?:我?(?:想|要|喜欢)|有)*(?:的|色|码|号)*(?:呢|吧)?")
WHICH_IS_BETTER: Final = re.compile(
    r"(?:那|这|它们)?(?:两|俩|2)?(?:个|款)?(?:里面?|当中|之间)?哪一?[个款]?(?:更|最|比较)?"
    r"(?:便宜|贵|划算|好用|好|实惠)(?:一?[些点])?(?:呢|啊|呀)?"
)
QUESTION_OF_ONE: Final = re.compile(
    r"多[大高长重宽厚](?!的?[码号])|(?:高度|容量|尺寸|重量|功率|保质期|续航|材质|成分|产地|声音|颜色|口味)"
    r"(?:是|有|都|多|怎么|大不大|呢|几|哪)|大不大|怎么洗|多少钱"
)
_MISHEARD: Final = frozenset({Intent.SEARCH_PRODUCT, Intent.OUT_OF_SCOPE, Intent.NLU_FALLBACK})
REDUCED: Final = "现在有“{name}”，{price}。"
MOST_TOLD: Final = 3
LONGEST_QUESTION: Final = 60
"""Characters of a question that are kept, to be asked of another product."""


@router.intent(Intent.ASK_PRODUCT_DETAIL)
def tell_more(turn: Turn) -> Sequence[Reply]:
    """Answer a question about one product: the very thing asked, or what there is to know."""
    picking = pick(turn)
    if picking.problem == "nothing" and is_general_wish(turn.text):
        return show_front(turn)
    if picking.problem:
        return ask_which(turn, picking)
    if wants_card(turn.text):
        return show_card(turn)
    return tell_about(turn, picking.products)


def tell_about(turn: Turn, chosen: Sequence[int]) -> Sequence[Reply]:
    """The answer to what was asked, of each of these; 第二个呢 may ask it of another next."""
    products = queries.list_products(turn.session, chosen[:MOST_TOLD])
    if not products:
        return [Text(texts.GONE)]
    for product in reversed(products):
        turn.memory.speak_of(product.id)
    if len(products) > 1:
        turn.memory.together = [product.id for product in products]
    turn.memory.asked_of_product = _asked(turn)
    answers = [answer_about(turn, product) for product in products]
    return [Text(texts.fitting([*answers, *_reductions(turn, products, answers)]))]


def _reductions(turn: Turn, products: Sequence[ProductView], answers: Sequence[str]) -> list[str]:
    """Of the products whose price was told: the lower one of this moment."""
    told = [each.id for each, answer in zip(products, answers, strict=True) if "¥" in answer]
    reduced = [
        REDUCED.format(name=offer.name, price=yuan(offer.price))
        for offer in products_reduced(turn.session, told, turn.now).values()
    ]
    deals = [line(turn, each) for each in told for line in (flash_line, group_buy_line)]
    return [*reduced, *(f"{line}。" for line in deals if line)]


@router.anywhere
def hear_about_one(turn: Turn) -> Sequence[Reply] | None:
    """有红的吗 of the product just spoken of, be it in the list or in the cart."""
    return tell_more(turn) if asks_about_one(turn) else None


@router.anywhere
def hear_question(turn: Turn) -> Sequence[Reply] | None:
    """猫爬架的高度多少, whatever it was taken for, if that names one product."""
    is_misheard = turn.understanding.intent in _MISHEARD
    if not is_misheard or not names(turn) or not QUESTION_OF_ONE.search(fold(turn.text)):
        return None
    picking = pick(turn)
    return None if picking.problem else tell_about(turn, picking.products)


@router.view("list")
def hear_about_list(turn: Turn) -> Sequence[Reply] | None:
    """While a list is in view, a bare position chooses from it, and 便宜点的 narrows it."""
    if drops_it(turn) or swaps_it(turn):
        return update_cart(turn)
    if wants_card(turn.text):
        return show_card(turn)
    if bare_positions(turn):
        return choose_from_list(turn)
    if _asks_for_choices(turn):
        return tell_more(turn)
    if WHICH_IS_BETTER.fullmatch(plain(turn.text)):
        return compare(turn)
    if is_refinement(turn.text) and not turn.understanding.ordinals:
        return refine(turn)
    is_yes = turn.understanding.intent == Intent.AFFIRM and turn.memory.variant is None
    if is_yes and len(turn.memory.shown) > 1:
        return [turn.ask("pick", texts.YES_TO_LIST, request=_buying())]
    return None


@router.step("pick", lasting=True)
def hear_pick(turn: Turn) -> Sequence[Reply] | None:
    """The answer to which one: the earlier request goes on with it."""
    positions = bare_positions(turn)
    reference = None if positions else read_reference(turn)
    chosen = reference.picking.products if reference and reference.act != "refuse" else ()
    if not positions and not chosen:
        return None
    request = turn.memory.question["request"]
    said = {name: value for name, value in turn.understanding.entities.items() if name in _KINDS}
    entities = {**request["entities"], **said}
    if positions:
        entities["ordinal"] = positions
    elif reference and reference.quantity:
        entities["quantity"] = reference.quantity
    # 第一个来两支 buys, whatever was asked about before.
    buys = reference is not None and reference.act == "take" and reference.quantity > 0
    intent = Intent.ADD_TO_CART if buys else request["intent"]
    turn.take_as(f"{request['text']} {turn.text}".strip(), intent, entities)
    match intent:
        case Intent.ADD_TO_CART:
            return put_products(turn, chosen) if chosen else put_into_cart(turn)
        case Intent.COMPARE_PRODUCTS:
            return compare_these(turn, chosen) if chosen else compare(turn)
    return tell_about(turn, chosen) if chosen else tell_more(turn)


def choose_from_list(turn: Turn) -> Sequence[Reply]:
    """Put what stands at the bare positions into the cart, one of each."""
    chosen = at_positions(bare_positions(turn), turn.memory.shown)
    if chosen is None:
        words = texts.WHICH_OF_LIST.format(count=len(turn.memory.shown))
        return [turn.ask("pick", words, request=_buying())]
    # A bare 2 is a position, not two pieces.
    turn.take_as(turn.text, Intent.ADD_TO_CART, {})
    return put_products(turn, chosen)


def show_card(turn: Turn) -> Sequence[Reply]:
    """The card of one product, which opens its pictures; only ever when asked for."""
    picking = pick(turn)
    if picking.problem:
        return ask_which(turn, picking)
    product = queries.find_product(turn.session, picking.products[0])
    if product is None:
        return [Text(texts.GONE)]
    turn.memory.speak_of(product.id)
    return [card_of_product(product, turn.source)]


def wants_card(text: str) -> bool:
    """Whether somebody asks to see it: 看图, 发链接, 小程序打开."""
    return CARD_WORDS.fullmatch(plain(text)) is not None


def asks_about_one(turn: Turn) -> bool:
    """Whether 有红色的吗 is asked of one product, pointed at or just spoken of, not of the list."""
    said = turn.understanding
    if said.intent != Intent.REFINE_SEARCH or not (said.ordinals or turn.memory.focus):
        return False
    if turn.memory.added and BARE_TRAIT.fullmatch(_without_traits(turn)):
        return True  # 黑的 of what just went into the cart begins no new list.
    names_a_trait = says_step(turn.text) or any(
        said.strings(kind) for kind in ("color", "size", "attribute")
    )
    names_goods = names(turn) or said.first("price_max") or said.first("price_min")
    return names_a_trait and not names_goods and QUESTION.search(turn.text) is not None


def _without_traits(turn: Turn) -> str:
    words = plain(turn.text)
    for name in _KINDS:
        for surface in turn.understanding.strings(name):
            words = words.replace(fold(surface), "", 1)
    return words if len(words) < len(plain(turn.text)) else turn.text


def _asked(turn: Turn) -> dict[str, Any]:
    """The question without the product that it was asked of; a very long one is not kept."""
    said = turn.understanding.entities
    kept = {name: said[name] for name in ("attribute", *sorted(_KINDS)) if name in said}
    is_short = len(turn.text) <= LONGEST_QUESTION
    return {"text": turn.text, "entities": kept} if is_short else {}


def _asks_for_choices(turn: Turn) -> bool:
    """还有别的颜色吗 of one product, or of what must be told first, is no wish for more goods."""
    asks = COLORS.search(turn.text) or SIZES.search(turn.text)
    return asks is not None and turn.memory.focus is not None and not names(turn)


def _buying() -> dict[str, object]:
    return {"text": "", "intent": Intent.ADD_TO_CART, "entities": {}}
