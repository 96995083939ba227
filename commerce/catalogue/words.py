"""Text as search sees it: folded, cut into words, and into pairs of characters."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import Final

type Tokenise = Callable[[str], Sequence[str]]
"""Cuts a folded text into search words, long ones beside their parts: 运动鞋 → 运动, 运动鞋."""

HAN: Final = "㐀-䶿一-鿿"
_HAN_RUN = re.compile(f"[{HAN}]+")
_UNSPOKEN = re.compile(r"[\W_]+")
_SPOKEN = re.compile(f"[{HAN}a-z0-9.]+")
_FOR_WHOM = re.compile("(?:男女|男士|女士|男|女|儿童|中性)?(?:同款|通用|款)?$")
_TOGETHER = re.compile("(?<=..)(?:套装|组合装?|礼盒装?|礼包|套盒)$")
SILENT: Final = frozenset("的了吗呢吧啊呀和与或及有没要想买给个")
"""Single characters that wish for nothing."""
_SAID_ASIDE: Final = (
    "用 能 吃 喝 穿 戴 盖 背 装 打 多 好 点 些 时 时候 适合 可以 能用 可用 能吃 好用 好吃 什么",
    "怎么 哪个 哪种 哪款 味 推荐 介绍 一下 一款 几款 一个 一些 几个 东西 有没有 想要 想买 求 找",
    "看看 用的 会 是 在 我 你们 你 请问 那种 这种 比较 礼物 礼品",
)
ASIDE: Final = SILENT.union(*(words.split() for words in _SAID_ASIDE))
"""Words that help to say what is wished for, and are not it."""


def fold(text: str) -> str:
    """A text as it is compared: compatible forms and letter case are one, spaces single.

    >>> fold(" ＸＬ码　Ｔ恤 ")
    'xl码 t恤'
    """
    return " ".join(unicodedata.normalize("NFKC", text).lower().split())


def bare(text: str) -> str:
    """A text by which two writings of one title are equal: folded, letters and digits only.

    >>> bare("云栖 法式连衣裙（红色）") == bare("云栖法式连衣裙 红色")
    True
    """
    return _UNSPOKEN.sub("", fold(text))


def pairs(text: str) -> list[str]:
    """Neighbouring characters of every Chinese run of a folded text.

    >>> pairs("连衣裙 xl 红")
    ['连衣', '衣裙']
    """
    return [
        run[start : start + 2] for run in _HAN_RUN.findall(text) for start in range(len(run) - 1)
    ]


def is_han(text: str) -> bool:
    """Whether it is of Chinese characters alone."""
    return _HAN_RUN.fullmatch(text) is not None


def segments(text: str) -> list[str]:
    """The stretches of a folded title between its spaces and marks."""
    return _SPOKEN.findall(text)


def noun_phrase(title: str, brand: str) -> str:
    """The stretch of a folded title that names the thing, without the brand and for whom it is.

    >>> noun_phrase("麻石巷 冰丝休闲短裤男 夏季五分裤", "麻石巷")
    '冰丝休闲短裤'
    """
    for segment in segments(title):
        rest = segment.removeprefix(brand) if brand else segment
        phrase = _TOGETHER.sub("", _FOR_WHOM.sub("", rest))
        if phrase and _HAN_RUN.search(phrase):
            return phrase
    return ""


def with_last_characters(words: Iterable[str]) -> list[str]:
    """The words, and of each Chinese one its last character: who asks for 锅 means 平底锅 too."""
    found = list(words)
    last = [word[-1] for word in found if len(word) > 1 and _HAN_RUN.fullmatch(word)]
    return found + last


def needed(words: Sequence[str]) -> list[str]:
    """The words that a text stands for, in its order, each once.

    A word that its own parts make up is left to them, a part of a word that is not is left out:
    a title written with other words in between still matches.

    >>> needed(["蓝牙", "耳机", "蓝牙耳机"]), needed(["衣裙", "连衣裙"])
    (['蓝牙', '耳机'], ['连衣裙'])
    """
    spoken = [word for word in dict.fromkeys(words) if word not in SILENT]
    whole = [word for word in spoken if not _is_made_of(word, spoken)]
    return [word for word in whole if not any(word != other and word in other for other in whole)]


def _is_made_of(word: str, others: Sequence[str]) -> bool:
    """Whether other words, one after another, spell this one."""
    reached = {0}
    for start in range(len(word)):
        if start in reached:
            reached.update(
                start + len(other)
                for other in others
                if other != word and word.startswith(other, start)
            )
    return len(word) in reached
