"""How a group-buy goes, as customers ask it: failing, tiers, dispatch, coupons, buying alone."""

from collections.abc import Mapping, Sequence
from typing import Final

from bot import texts
from bot.handlers import group_buy_words as words
from bot.handlers.group_buy_disclosure import MAY_BE_COMPLETED
from bot.messages import Reply, Text
from bot.turn import Turn
from commerce.group_buys import queries

_ANSWERS: Final[Mapping[words.Rule, str]] = {
    words.Rule.FAILURE: words.FAILS,
    words.Rule.DISPATCH: words.DISPATCH,
    words.Rule.COUPONS: words.COUPONS,
    words.Rule.ALONE: words.ALONE,
}


def answer_rule(turn: Turn) -> Sequence[Reply] | None:
    """The rule that is asked about; None when it is none of these."""
    rule = words.rule_asked(turn.text)
    if rule is None:
        return None
    if rule == words.Rule.TIERS:
        return explain_tiers(turn)
    told = _ANSWERS[rule]
    return [Text(with_disclosure(turn, told) if rule == words.Rule.FAILURE else told)]


def explain_tiers(turn: Turn) -> Sequence[Reply]:
    """How the price depends on the heads, with the ladders of what runs."""
    running = queries.list_running(turn.session, turn.now)
    ladders = [each for each in running if len(each.tiers.all) > 1]
    lines = words.listed(ladders[: words.MOST_LISTED])
    return [Text(texts.fitting([words.TIERS, *([words.RUNNING, *lines] if lines else [])]))]


def with_disclosure(turn: Turn, told: str) -> str:
    """The words, and that the shop may complete groups, where it may."""
    running = queries.list_running(turn.session, turn.now)
    return f"{told}\n{MAY_BE_COMPLETED}" if any(each.may_be_virtual for each in running) else told
