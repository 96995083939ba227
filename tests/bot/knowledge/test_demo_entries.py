"""What the demo shop answers: enough of it, short, and with values for every placeholder."""

from collections import Counter

from bot.knowledge.book import Book
from bot.knowledge.ranking import NOTHING, rank
from bot.knowledge.terms import bare
from bot.seeds.knowledge import FACTS_FILE
from commerce.knowledge.facts import FACTS
from commerce.knowledge.importing import read_facts
from commerce.knowledge.placeholders import LIVE, placeholders
from nlu.understanding import CUSTOMER_INTENTS
from tests.bot.knowledge.labelled import demo_drafts

FEWEST_WAYS = 4
LONGEST_ANSWER = 110
"""Characters, placeholders as written: what is read at a glance on a phone."""


def test_the_shop_answers_enough_in_enough_ways() -> None:
    given = [draft for draft in demo_drafts() if not draft.declines]

    assert len(given) >= 120
    assert {draft.key: n for draft in given if (n := len(draft.ways_to_ask)) < FEWEST_WAYS} == {}
    assert [draft.key for draft in given if len(draft.answer) > LONGEST_ANSWER] == []
    assert len({draft.category for draft in given}) >= 10


def test_no_two_entries_share_a_way_to_ask() -> None:
    counted = Counter(bare(text) for draft in demo_drafts() for text in draft.ways_to_ask)

    assert [text for text, count in counted.items() if count > 1] == []


def test_the_facts_are_all_told_and_every_one_is_used_or_known() -> None:
    facts = read_facts(FACTS_FILE)
    used = {name for draft in demo_drafts() for name in placeholders(draft.answer)}

    assert set(facts) == set(FACTS)
    assert used <= set(facts) | set(LIVE)
    assert set(LIVE) <= used


def test_the_intents_are_those_of_the_contract() -> None:
    assert {draft.intent for draft in demo_drafts()} <= set(CUSTOMER_INTENTS)


def test_every_way_to_ask_finds_its_own_entry(lettered_book: Book) -> None:
    drafts = demo_drafts()
    for number, draft in enumerate(drafts, 1):
        for text in draft.ways_to_ask:
            found = rank(lettered_book, text, None, "nlu_fallback")
            assert found == NOTHING if draft.declines else found.entry_ids == (number,), text
