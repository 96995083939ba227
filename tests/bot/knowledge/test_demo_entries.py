"""What the demo shop answers: enough of it, short, and with values for every placeholder."""

from collections import Counter
from dataclasses import replace

from sqlmodel import Session

from bot.knowledge.book import Book
from bot.knowledge.ranking import NOTHING, rank
from bot.knowledge.terms import bare
from bot.seeding import seed_knowledge
from bot.seeds.knowledge import FACTS_FILE
from commerce.knowledge.entries import save_entry
from commerce.knowledge.facts import FACTS, facts, set_fact
from commerce.knowledge.importing import read_facts
from commerce.knowledge.placeholders import LIVE, placeholders
from nlu.understanding import CUSTOMER_INTENTS
from tests.bot.knowledge.labelled import demo_drafts
from tests.commerce.shop import NOW

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
    told = read_facts(FACTS_FILE)
    used = {name for draft in demo_drafts() for name in placeholders(draft.answer)}

    assert set(told) == set(FACTS)
    assert used <= set(told) | set(LIVE)
    assert set(LIVE) <= used


def test_the_intents_are_those_of_the_contract() -> None:
    assert {draft.intent for draft in demo_drafts()} <= set(CUSTOMER_INTENTS)


def test_every_way_to_ask_finds_its_own_entry(lettered_book: Book) -> None:
    drafts = demo_drafts()
    for number, draft in enumerate(drafts, 1):
        for text in draft.ways_to_ask:
            found = rank(lettered_book, text, None, "nlu_fallback")
            assert found == NOTHING if draft.declines else found.entry_ids == (number,), text


def test_seeding_twice_changes_nothing_and_keeps_what_an_operator_wrote(session: Session) -> None:
    first = seed_knowledge(session, NOW)
    set_fact(session, "联系电话", "0571-0000", NOW)
    carrier = next(draft for draft in demo_drafts() if draft.key == "carrier")
    save_entry(session, replace(carrier, answer="发{快递公司}。"), NOW)

    again = seed_knowledge(session, NOW)

    assert first.created == again.unchanged + 1 == len(demo_drafts())
    assert (again.created, again.updated, again.kept) == (0, 0, ["carrier"])
    assert facts(session)["联系电话"] == "0571-0000"
