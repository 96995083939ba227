"""What the shop says of deals keeps the rules that its operators are held to."""

import pytest

from bot.handlers import bargain_words, flash_sale_words, group_buy_words
from campaigns import group_reminders
from commerce.compliance import TextKind, lint
from commerce.group_buys.tables import GroupState

MODULES = (bargain_words, flash_sale_words, group_buy_words, group_reminders)
SENTENCES = sorted(
    {
        words
        for module in MODULES
        for name, value in vars(module).items()
        if not name.startswith("_")
        for words in (value.values() if isinstance(value, dict) else [value])
        if isinstance(words, str) and any("一" <= each <= "鿿" for each in words)
    }
    - {module.__doc__ for module in MODULES}
)


@pytest.mark.parametrize("kind", [TextKind.OFFER, TextKind.ANSWER])
def test_no_sentence_about_deals_is_found_fault_with(kind: TextKind) -> None:
    assert len(SENTENCES) > 60
    assert group_buy_words.OUTCOMES[GroupState.FAILED] in SENTENCES
    found = {each: lint(each, kind) for each in SENTENCES}
    assert {each: some for each, some in found.items() if any(one.blocks for one in some)} == {}
    # The word itself is advised against: it is said only while the shop has bargains, or asked.
    advised = {one.phrase for some in found.values() for one in some}
    assert advised <= {"砍价"}


def test_the_lint_would_see_a_promise_for_passing_a_card_on() -> None:
    promise = "转发朋友圈领优惠券"

    assert lint(f"{group_buy_words.FOR_FRIENDS}{promise}", TextKind.OFFER)
