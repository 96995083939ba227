"""What the shop knows of a product, put as the answer to what was asked."""

import re
from typing import Final

from bot import texts
from bot.handlers.choosing import at_hand, remember
from bot.handlers.variants import (
    fitting_variants,
    offer,
    short_label,
    trait_names,
    trait_names_of,
    traits_said,
)
from bot.turn import Turn
from commerce.catalogue.traits import COLOR_NAMES, SIZE_NAMES
from commerce.catalogue.views import ProductView, VariantView
from commerce.money import yuan
from nlu.text import fold

TASTES: Final = frozenset({"口味", "味道", "香味", "香型"})
A_FEW_LEFT: Final = 5
MOST_ATTRIBUTES: Final = 10
MOST_VARIANTS: Final = 10

PRICE: Final = re.compile(
    r"多少钱|价格|价钱|怎么卖|咋卖|几块钱?|啥价|什么价|多钱|售价|贵不贵|价位|卖多少"
)
STOCK: Final = re.compile(
    r"有货|现货|库存|缺货|没货|断货|还有(?:吗|没|几|多少)|还剩|剩(?:几|多少)|能买吗|卖完"
)
COLORS: Final = re.compile(
    r"(?:什么|哪些|哪几种|几种|几个|啥|多少种|别的|其他)(?:颜色|色)|颜色(?:有|都|呢|吗)|^颜色$"
)
SIZES: Final = re.compile(
    r"(?:什么|哪些|哪几种|几种|几个|啥|别的|其他)(?:尺码|码|尺寸|规格|大小|口味|味道|香味|香型|味|容量|款式|型号)|(?:尺码|规格|口味|香味)(?:有|都|呢|吗)"
)
SIZE_ADVICE: Final = re.compile(
    r"穿(?:什么|啥|多大|几|哪个)码?|(?:选|拿|买|要)(?:什么|哪个|几|多大)码|身高|体重|(?<!\d)(?:[7-9]\d|1\d\d)斤(?!装|一)|多大码|偏[大小]|^我?1[5-9]\d"
)
MATERIAL: Final = re.compile(r"材质|面料|料子|布料|什么做的|啥做的|成分|配料|材料")
MATERIAL_NAMES: Final = re.compile(r"材质|面料|成分|配料|含")
_MATERIALS: Final = re.compile(
    r"棉|麻|丝|毛|绒|皮|涤|锦纶|尼龙|莫代尔|不锈钢|陶瓷|玻璃|塑料|实木|硅胶|橡胶|乳胶|木"
)
_ASKED: Final = (
    (re.compile(r"产地|哪里产|哪儿产|哪产"), re.compile(r"产地")),
    (re.compile(r"保质期|能放多久|过期|几个月"), re.compile(r"保质期")),
    (re.compile(r"多重|重量|几斤|多少克|净重|净含量|毛重"), re.compile(r"净含量|重量|克重")),
    (
        re.compile(r"多大|尺寸|多长|多宽|多高|长度|高度"),
        re.compile(r"尺寸|长度|高度|直径|衣长|裙长|裤长|容量|规格"),
    ),
    (re.compile(r"功率|多少瓦"), re.compile(r"功率")),
    (re.compile(r"续航|能用多久|待机"), re.compile(r"续航|待机|电池")),
    (re.compile(r"充电|快充"), re.compile(r"充电|接口|快充")),
    (re.compile(r"防水"), re.compile(r"防水")),
    (re.compile(r"多厚|厚度|厚不厚|厚吗"), re.compile(r"厚度")),
    (
        re.compile(r"适合|能用|可以用|能吃|可以吃|几岁|多大的?(?:孩子|宝宝)"),
        re.compile(r"适用|适合"),
    ),
    (re.compile(r"怎么洗|机洗|手洗|水洗"), re.compile(r"洗")),
)


def answer_about(turn: Turn, product: ProductView) -> str:
    """The answer to the question, or a description when it was about the whole thing."""
    text, title = fold(turn.text), texts.short(product.title)
    traits = traits_said(turn, product)
    if SIZE_ADVICE.search(text):
        choice = offer(product, SIZE_NAMES & set(trait_names(product)))
        return "\n".join([title, *([choice] if choice else []), texts.NO_SIZE_CHART])
    if traits:
        return _about_kind(turn, product)
    if COLORS.search(text) or SIZES.search(text):
        return _choices(product, text)
    if PRICE.search(text):
        return _price(product)
    if STOCK.search(text):
        return _stock(product)
    return _about_attribute(turn, product) or description(product)


def description(product: ProductView) -> str:
    """What the shop knows of a product, on a screen of text."""
    lines = [texts.short(product.title), *_kinds(product)]
    lines += [
        f"{texts.short(name, 40)}：{texts.short(str(value), texts.LONGEST_VALUE)}"
        for name, value in list(product.attributes.items())[:MOST_ATTRIBUTES]
    ]
    return texts.fitting(lines, _buy(product))


def stock_in_words(stock: int) -> str:
    """有货, a warning for the last few, or 缺货."""
    if stock <= 0:
        return "暂时缺货"
    return f"仅剩{stock}件" if stock <= A_FEW_LEFT else "有货"


def _choices(product: ProductView, text: str) -> str:
    """有什么颜色, 有几种口味: what can be chosen; of a trait that it lacks, that it lacks it."""
    names = trait_names(product)
    what = "颜色" if COLORS.search(text) else ""
    wanted = COLOR_NAMES & set(names) if what else {name for name in names if name in text}
    for word, others in (("码", SIZE_NAMES), ("口味", TASTES), ("香", TASTES), ("味", TASTES)):
        if not wanted and not what and word in text:
            wanted, what = others & set(names), "尺码" if word == "码" else "口味"
    title = texts.short(product.title)
    if not wanted and what:
        stated = [
            f"{name}：{product.attributes[name]}" for name in product.attributes if what in name
        ]
        missing = texts.NO_SUCH_CHOICE.format(title=title, what=what)
        return f"{title}\n{texts.short(stated[0], texts.LONGEST_VALUE)}。" if stated else missing
    choice = offer(product, wanted or None)
    return f"{title}\n{choice}。{_buy(product)}" if choice else _only_kind(product)


def _about_kind(turn: Turn, product: ProductView) -> str:
    """红色有吗, XL码多少钱: about the variants of the traits that were said."""
    traits, like = traits_said(turn, product), at_hand(turn, product)
    title, fitting = texts.short(product.title), fitting_variants(product, traits, like)
    choice = offer(product, trait_names_of(product, traits))
    if traits.step and like is None:
        return f"{title}\n{choice}。您要哪个码？"
    if not fitting:
        return f"{title} 没有{traits.words}，{choice}。"
    remember(turn, product, traits, fitting)
    listed = [_variant_line(each) for each in fitting[:MOST_VARIANTS]]
    stocked = any(each.in_stock for each in fitting)
    answer = f"有{traits.words}。" if stocked else f"{traits.words}暂时缺货。"
    ending = _buy(product) if stocked else f"现在有货的：{offer(product)}。"
    return texts.fitting([title, answer, *listed], ending)


def _about_attribute(turn: Turn, product: ProductView) -> str | None:
    """产地是哪, 是纯棉的吗; None when it is about nothing in particular."""
    text, title = fold(turn.text), texts.short(product.title)
    attributes = {name: str(value) for name, value in product.attributes.items()}
    for word in map(fold, turn.understanding.strings("attribute")):
        if f"多{word}" not in text:  # 多大容量 asks how large it is, not whether it is large.
            return f"{title}\n{_about_word(word, attributes, product)}"
    for asked, names in ((MATERIAL, MATERIAL_NAMES), *_ASKED):
        if asked.search(text):
            found = [
                f"{name}：{texts.short(value, texts.LONGEST_VALUE)}"
                for name, value in attributes.items()
                if names.search(name)
            ]
            what = asked.search(text)
            stated = texts.NOT_STATED.format(what=what[0] if what else "")
            return f"{title}\n{'；'.join(found)}。" if found else f"{title}\n{stated}"
    named = [name for name in attributes if name in text]
    if named:
        found = [f"{name}：{texts.short(attributes[name], texts.LONGEST_VALUE)}" for name in named]
        return f"{title}\n{'；'.join(found)}。"
    return None


def _about_word(word: str, attributes: dict[str, str], product: ProductView) -> str:
    """Whether it is what the word says, as far as the shop has it in writing."""
    shown = texts.repeated(word)
    for name, value in attributes.items():
        if word in fold(value):
            return f"是的，{name}：{texts.short(value, texts.LONGEST_VALUE)}。"
    if word in fold(product.title):
        return f"是的，商品名里写明了“{shown}”。"
    if _MATERIALS.search(word):
        made_of = [
            f"{name}：{value}" for name, value in attributes.items() if MATERIAL_NAMES.search(name)
        ]
        if made_of:
            return f"不是{shown}，{texts.short('；'.join(made_of), texts.LONGEST_VALUE)}。"
    return texts.NOT_STATED.format(what=f"“{shown}”")


def _price(product: ProductView) -> str:
    title = texts.short(product.title)
    if product.lowest_price == product.highest_price:
        return f"{title}\n{yuan(product.lowest_price)}。{_availability(product)}"
    listed = [_variant_line(each) for each in product.variants[:MOST_VARIANTS]]
    return texts.fitting([title, *listed], _availability(product))


def _stock(product: ProductView) -> str:
    title = texts.short(product.title)
    if len(product.variants) == 1:
        stock = stock_in_words(product.variants[0].stock)
        return f"{title}\n{stock}。{_availability(product, brief=True)}"
    if not product.in_stock:
        return f"{title}\n各个规格都暂时缺货。说“换一批”看看别的？"
    scarce = [each for each in product.variants if each.stock <= A_FEW_LEFT]
    listed = [f"{short_label(each.label)}：{stock_in_words(each.stock)}" for each in scarce]
    heading = "有货。" if not scarce else "有货，除了下面几种："
    return texts.fitting([title, heading, *listed[:MOST_VARIANTS]], _buy(product))


def _availability(product: ProductView, *, brief: bool = False) -> str:
    if not product.in_stock:
        return "说“换一批”看看别的？" if brief else "暂时缺货，说“换一批”看看别的？"
    return _buy(product)


def _only_kind(product: ProductView) -> str:
    return (
        f"{texts.short(product.title)}\n只有这一种，{_price_of(product)}。{_availability(product)}"
    )


def _price_of(product: ProductView) -> str:
    return texts.price_range(product.lowest_price, product.highest_price)


def _kinds(product: ProductView) -> list[str]:
    """Its variants: by price when they differ in it, by trait otherwise."""
    variants = product.variants
    if len(variants) == 1 and not variants[0].label:
        return [f"价格：{yuan(variants[0].price)}（{stock_in_words(variants[0].stock)}）"]
    if product.lowest_price != product.highest_price:
        more = len(variants) - MOST_VARIANTS
        rest = [f"……还有{more}种"] if more > 0 else []
        return [*map(_variant_line, variants[:MOST_VARIANTS]), *rest]
    lines = [f"价格：{_price_of(product)}", *offer(product).split("；")]
    gone = [short_label(each.label) for each in variants if not each.in_stock]
    if not product.in_stock:
        return [*lines, "暂时缺货"]
    return [*lines, *([f"缺货：{'、'.join(gone[:MOST_VARIANTS])}"] if gone else [])]


def kind_lines(product: ProductView) -> list[str]:
    """Its kinds with price and stock, a line each."""
    return [_variant_line(each) for each in product.variants[:MOST_VARIANTS]]


def _variant_line(variant: VariantView) -> str:
    label = short_label(variant.label) or "这款"
    return f"· {label} {yuan(variant.price)}（{stock_in_words(variant.stock)}）"


def _buy(product: ProductView) -> str:
    if not product.in_stock:
        return "要不要看看别的？说“换一批”就行。"
    names = trait_names(product) if len(product.variants) > 1 else []
    traits = texts.WITH_TRAITS.format(names="、".join(texts.short(name, 30) for name in names[:2]))
    return texts.BUY_HINT.format(traits=traits if names else "")
