"""How loudly the rules speak for each intent: features for Rasa, a verdict for keywords."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from nlu.findings import Finding
from nlu.keywords.rule import FOLDER, Rule, read_rules

RULES: Final[tuple[Rule, ...]] = tuple(
    rule for path in sorted(FOLDER.glob("*.rules")) for rule in read_rules(path)
)

_PLEASANTRIES: Final = re.compile(
    r"^(?:(?:你好|您好|亲|老板|哈喽|hello|hi|在吗|请问(?:一下)?|麻烦(?:问)?(?:一下)?|那个|嗯|掌柜的?|客服|美女|帅哥|"
    r"打扰一下)[\s，,。.!！?？啊呀~]*)+(?=.{4,})"
)


def matching_rules(folded: str, findings: Sequence[Finding]) -> list[int]:
    """Indices into `RULES`; greetings before a request are not read."""
    plain = _PLEASANTRIES.sub("", folded)
    outline = _PLEASANTRIES.sub("", _outline(folded, findings))
    return [
        index
        for index, rule in enumerate(RULES)
        if rule.pattern.search(plain) or (rule.reads_entities and rule.pattern.search(outline))
    ]


def scores_of(matched: Sequence[int]) -> dict[str, int]:
    """The summed weights of each intent that any of the rules speaks about."""
    scores: dict[str, int] = {}
    for index in matched:
        rule = RULES[index]
        scores[rule.intent] = scores.get(rule.intent, 0) + rule.weight
    return scores


def _outline(folded: str, findings: Sequence[Finding]) -> str:
    """The text with ⟦kind⟧ in the place of every found entity, as the rules expect it."""
    outline, edge = folded, len(folded) + 1
    for each in sorted(findings, key=lambda each: (-each.end, each.start)):
        if each.end <= edge:
            kind = "price" if each.entity.startswith("price") else each.entity
            outline, edge = f"{outline[: each.start]}⟦{kind}⟧{outline[each.end :]}", each.start
    return outline
