"""Understanding by keywords: what customers get while Rasa is away."""

import logging
import re
from collections.abc import Sequence
from typing import Final

import jieba
import jieba.posseg

from nlu.dictionary import Dictionary
from nlu.findings import Finding, without_overlaps
from nlu.keywords.scoring import matching_rules, scores_of
from nlu.merging import merge
from nlu.normalise import normalise
from nlu.text import fold
from nlu.understanding import Intent, Understanding

jieba.setLogLevel(logging.WARNING)  # It greets on stderr otherwise.

_FRAME: Final = re.compile(
    r"(?:有没有|有木有|有无|想买|要买|推荐|找|卖不卖|来[一几]?[个款件点些]|买)(?:一下|几[款个件双]|[个点些款件双套台])?(?P<wish>.{1,16}?)"
    r"(?:吗|呢|么|没有?|不|吧|呀|啊|[，,。.!！?？\s]|$)"
)
_NOUN: Final = re.compile(r"n[rstzg]?$|vn|eng")
_NO_GOODS: Final = frozenset(
    [
        "人",
        "人工",
        "客服",
        "东西",
        "商品",
        "产品",
        "牌子",
        "款",
        "时候",
        "问题",
        "活动",
        "优惠",
        "地址",
        "快递",
        "订单",
        "发票",
        "价格",
        "价位",
        "颜色",
        "尺码",
        "朋友",
        "女朋友",
        "男朋友",
        "妈妈",
        "爸爸",
        "孩子",
        "老师",
        "公司",
        "家里",
        "质量",
        "效果",
        "店",
        "店里",
        "你们",
        "钱",
        "老板",
        "货",
        "新款",
        "礼物",
        "实体店",
        "门店",
        "赠品",
        "链接",
        "售后",
        "功能",
        "预算",
        "家",
        "时间",
        "办法",
        "话",
        "性价比",
        "现货",
        "直播",
        "会员",
        "积分",
    ]
)
_YIELDING: Final = frozenset({"complaint", "greet"})
_REQUEST: Final = 9  # The score of one rule that settles the matter.
_CERTAIN: Final = 14.0  # A score from which more evidence changes nothing.


class KeywordParser:
    """Rules over words and found entities; pure computation, about a millisecond a message."""

    def __init__(self, dictionary: Dictionary | None = None) -> None:
        self._dictionary = dictionary or Dictionary()
        jieba.dt.initialize()  # Now, not at the first message: it takes about a second.

    def parse(self, text: str) -> Understanding:
        """Always an answer; what no rule speaks for is `out_of_scope` with low confidence."""
        folded = fold(text)
        findings = self.find_entities(text, folded)
        intent, confidence = _judge(folded, findings)
        if intent in (Intent.SEARCH_PRODUCT, Intent.OUT_OF_SCOPE) and not _has(findings, "product"):
            unknown = self._find_unknown_goods(text, folded, findings)
            if unknown is not None:
                findings = without_overlaps([*findings, unknown])
                intent, confidence = Intent.SEARCH_PRODUCT, max(confidence, 0.5)
        return Understanding.from_findings(text, intent.value, confidence, findings, "keyword")

    def find_entities(self, text: str, folded: str) -> list[Finding]:
        """Exact findings first, then the words of the dictionary that do not cross them."""
        self._dictionary.refresh()
        return merge(normalise(text), self._dictionary.find(text, folded))

    def _find_unknown_goods(
        self, text: str, folded: str, findings: Sequence[Finding]
    ) -> Finding | None:
        """The last nouns of 有没有…吗 where the dictionary knows none of them."""
        frame = _FRAME.search(folded)
        if frame is None:
            return None
        start, end = _last_nouns(frame["wish"])
        if start == end:
            return None
        start, end = start + frame.start("wish"), end + frame.start("wish")
        found = Finding(start, end, "product", text[start:end])
        return None if any(found.overlaps(each) for each in findings) else found


def _last_nouns(wish: str) -> tuple[int, int]:
    """Where the last run of nouns stands that may name goods; an empty stretch if none does."""
    position, start, end = 0, 0, 0
    for word, flag in jieba.posseg.dt.cut(wish):
        if _NOUN.match(flag) and len(word) > 1 and word not in _NO_GOODS:
            start, end = (start if end == position and end else position), position + len(word)
        position += len(word)
    return start, end


def _has(findings: Sequence[Finding], entity: str) -> bool:
    return any(each.entity == entity for each in findings)


def _judge(folded: str, findings: Sequence[Finding]) -> tuple[Intent, float]:
    scores = scores_of(matching_rules(folded, findings))
    ranked = sorted(scores.items(), key=lambda scored: -scored[1])
    if not ranked or ranked[0][1] <= 0:
        return Intent.OUT_OF_SCOPE, 0.2
    if ranked[0][0] in _YIELDING:
        # Anger or a greeting with a concrete request is the request.
        ranked.sort(key=lambda scored: scored[0] in _YIELDING or scored[1] < _REQUEST)
    intent, best = ranked[0]
    rival = max(ranked[1][1], 0) if len(ranked) > 1 else 0
    certainty = 0.35 + 0.3 * min(best / _CERTAIN, 1) + 0.3 * (best - rival) / best
    return Intent(intent), round(certainty, 3)
