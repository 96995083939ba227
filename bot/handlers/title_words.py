"""Words of a title by which customers tell goods apart: 骨传导那个, 缓震的, 刚才那个箱子."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from bot.handlers.wishes import simplified
from bot.turn import Turn
from commerce.catalogue.views import ProductView
from commerce.catalogue.words import HAN, SILENT, fold, is_han
from nlu.normalise import normalise
from nlu.text import hide

_RUN: Final = re.compile(rf"[{HAN}a-z0-9]+")
LONGEST: Final = 10
"""Characters of a title that are looked for in a message at once."""
_NOT_TELLING: Final = re.compile(
    r"多少|怎么|什么|哪个|哪款|可以|便宜|价格|颜色|尺码|大小|质量|包邮|现货|发货|正品|容量|重量|材质|比较|推荐"
    r"|时候|最贵|好看|喜欢|购物|这个|那个|这款|那款|刚才|上面|下面|中间|随便|一样|全部|适合|男女|大一|小一"
)
_ASKING: Final = (
    r"(?:我|你|您|们|就|再|也|还|那|给|帮|请|麻烦|想|要|来|拿|买|加|下单|订|拍|的|了|吧|呀|啊|呢|嘛|哈|个|一|好|行"
    r"|可以|直接|先|然后|顺便|购物车|进|到|里|放|把|算|对|嗯|哦|谢谢|多|少|点|些)"
)
_AROUND: Final = re.compile(rf"^{_ASKING}+|{_ASKING}+$")
SHORTEST_NAME: Final = 3
"""Characters; shorter ones are too often something else."""
_NO_NOUN: Final = r"也|都|就|要|的|来|多少|怎么|有|还|再|吗|呢|吧|拿|买|加|和|跟|是|好"
_NOUN: Final = re.compile(rf"(?!{_NO_NOUN})(?P<noun>[{HAN}]{{1,5}}?)(?={_NO_NOUN}|[^{HAN}]|$)")


def told_by_title(turn: Turn, products: Sequence[ProductView]) -> tuple[ProductView, str] | None:
    """The one product of whose title alone a part was said, with that part; None if unclear.

    Numbers, colours and sizes tell kinds apart, not goods.
    """
    titles = {each.id: fold(f"{each.brand} {each.title}") for each in products}
    said = {product.id: "" for product in products}
    for part in _parts(_plainly(turn)):
        holders = [product_id for product_id, title in titles.items() if part in title]
        if len(holders) == 1 and len(part) > len(said[holders[0]]):
            said[holders[0]] = part
    longest = max(map(len, said.values()), default=0)
    best = [product for product in products if longest and len(said[product.id]) == longest]
    return (best[0], said[best[0].id]) if len(best) == 1 else None


def unnamed_words(turn: Turn) -> list[str]:
    """What may be the name of a thing in a message that asks for one: 行李收纳袋."""
    said = turn.understanding
    words = _plainly(turn)
    for surface in (*said.strings("color"), *said.strings("size")):
        words = words.replace(fold(surface), " ")
    stretches = (_AROUND.sub("", stretch) for stretch in _RUN.findall(words))
    return [each for each in stretches if len(each) >= SHORTEST_NAME and is_han(each)]


def noun_behind(text: str, pointer: str) -> str:
    """箱子 of 刚才那个箱子要24寸的: the noun right behind the words that point, if there is one."""
    pointed = re.search(pointer, text)
    noun = _NOUN.match(text, pointed.end()) if pointed else None
    return noun["noun"] if noun else ""


def bears_noun(product: ProductView, noun: str) -> bool:
    """Whether its title has the noun, or ends a word as the noun does: 箱子 for a 行李箱."""
    title = fold(f"{product.brand} {product.title}")
    return fold(noun) in title or fold(noun).removesuffix("子")[-1:] in title


def _plainly(turn: Turn) -> str:
    """The message without what tells amounts, prices, places, colours and sizes."""
    said = fold(simplified(turn.text))
    if len(said) != len(turn.text):
        return said
    for each in normalise(turn.text):
        if each.entity not in ("region", "phone"):
            said = hide(said, each.start, each.end)
    return said


def _parts(said: str) -> Iterator[str]:
    for run in _RUN.findall(said):
        for start in range(len(run) - 1):
            for end in range(start + 2, min(len(run), start + LONGEST) + 1):
                part = run[start:end]
                if part[-1] in SILENT or _NOT_TELLING.search(part) or part.isdigit():
                    break
                if part[0] not in SILENT:
                    yield part
