"""Entries are checked as a whole; what an operator wrote is the operator's."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from commerce.errors import InvalidInput
from commerce.knowledge import queries
from commerce.knowledge.entries import EntryDraft, find_entry, save_entry, seed_entries
from commerce.knowledge.tables import KnowledgeQuestion
from tests.commerce.shop import NOW

FREIGHT = EntryDraft(
    key="freight",
    category="运费",
    title="包邮吗？",
    answer="{运费规则}。",
    questions=("运费多少", "邮费怎么算"),
    keywords=("包邮/免邮",),
    intent="ask_shipping",
)


def ways_to_ask(session: Session) -> list[str]:
    ordered = select(KnowledgeQuestion.text).order_by(col(KnowledgeQuestion.id))
    return list(session.exec(ordered))


@pytest.mark.database
def test_an_entry_is_kept_with_every_way_to_ask_for_it(session: Session) -> None:
    entry = save_entry(session, FREIGHT, NOW)

    assert find_entry(session, "freight") == entry
    assert ways_to_ask(session) == ["包邮吗？", "运费多少", "邮费怎么算"]
    (pointer,) = queries.list_pointers(session)
    assert (pointer.entry_id, pointer.keywords) == (entry.id, ("包邮/免邮",))


@pytest.mark.database
def test_a_changed_wording_leaves_the_other_vectors_alone(session: Session) -> None:
    save_entry(session, FREIGHT, NOW)
    lacking = queries.list_without_vector(session, "model", 10)
    queries.keep_vectors(session, "model", [(*each, b"1234") for each in lacking])

    save_entry(session, replace(FREIGHT, questions=("运费多少", "要邮费吗")), NOW)

    assert ways_to_ask(session) == ["包邮吗？", "运费多少", "要邮费吗"]
    lacking = queries.list_without_vector(session, "model", 10)
    assert [text for _, text in lacking] == ["要邮费吗"]


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"answer": "{邮费}"}, "answer", "“{邮费}”不认识"),
        ({"answer": "{店名"}, "answer", "不成对"),
        ({"answer": " "}, "answer", "不能空着"),
        ({"answer": "长" * 501}, "answer", "最多500个字"),
        ({"declines": True}, "answer", "不写答案"),
        ({"key": ""}, "key", "1到60"),
        ({"title": "题" * 31}, "title", "1到30"),
        ({"questions": ("问" * 61,)}, "questions", "1到60"),
        ({"keywords": ("退/寄回 /",)}, "keywords", "读不懂"),
        ({"valid_from": NOW, "valid_until": NOW}, "valid_until", "晚于"),
    ],
)
def test_what_cannot_be_used_is_refused_with_field_and_fix(
    session: Session, change: dict[str, object], field: str, words: str
) -> None:
    with pytest.raises(InvalidInput, match=words) as refused:
        save_entry(session, replace(FREIGHT, **change), NOW)  # type: ignore[arg-type]

    assert refused.value.details["field"] == field
    assert find_entry(session, "freight") is None


def test_an_unknown_placeholder_is_answered_with_those_that_are_known(session: Session) -> None:
    with pytest.raises(InvalidInput, match=r"{付款时限}.*{店名}"):
        save_entry(session, replace(FREIGHT, answer="{时限}"), NOW)


@pytest.mark.database
def test_seeding_again_changes_nothing(session: Session) -> None:
    first = seed_entries(session, [FREIGHT], NOW)
    edition = queries.edition(session)

    again = seed_entries(session, [FREIGHT], NOW + timedelta(days=1))

    assert (first.created, again.created, again.unchanged) == (1, 0, 1)
    assert queries.edition(session) == edition


def test_a_new_seed_replaces_what_nobody_touched(session: Session) -> None:
    seed_entries(session, [FREIGHT], NOW)

    report = seed_entries(session, [replace(FREIGHT, answer="全场包邮。")], NOW)

    entry = find_entry(session, "freight")
    assert entry is not None
    assert (report.updated, entry.answer) == (1, "全场包邮。")


def test_a_seed_never_overwrites_an_operator(session: Session) -> None:
    seed_entries(session, [FREIGHT], NOW)
    save_entry(session, replace(FREIGHT, answer="满99元包邮。"), NOW)

    report = seed_entries(session, [FREIGHT], NOW)

    entry = find_entry(session, "freight")
    assert entry is not None
    assert (report.kept, entry.answer) == (["freight"], "满99元包邮。")


def test_every_change_is_a_new_edition(session: Session) -> None:
    assert queries.edition(session) == 0
    save_entry(session, FREIGHT, NOW)
    save_entry(session, replace(FREIGHT, is_live=False), NOW)

    assert queries.edition(session) == 2
    assert queries.list_pointers(session) == []


@pytest.mark.database
def test_an_answer_is_given_between_its_dates_only(session: Session) -> None:
    draft = replace(FREIGHT, valid_from=NOW, valid_until=NOW + timedelta(days=1))
    entry = save_entry(session, draft, NOW)
    assert entry.id is not None

    def is_given(moment: timedelta) -> bool:
        return bool(queries.list_valid_entries(session, [entry.id or 0], NOW + moment))

    assert not is_given(timedelta(seconds=-1))
    assert is_given(timedelta(0))
    assert is_given(timedelta(hours=23))
    assert not is_given(timedelta(days=1))


@pytest.mark.database
def test_vectors_of_another_model_do_not_count(session: Session) -> None:
    save_entry(session, FREIGHT, NOW)
    lacking = queries.list_without_vector(session, "old", 10)
    assert queries.keep_vectors(session, "old", [(*each, b"1234") for each in lacking]) == 3

    assert {each.vector for each in queries.list_asked(session, "old")} == {b"1234"}
    assert {each.vector for each in queries.list_asked(session, "new")} == {None}
    assert len(queries.list_without_vector(session, "new", 10)) == 3


def test_a_vector_is_not_kept_for_a_text_that_changed_meanwhile(session: Session) -> None:
    save_entry(session, FREIGHT, NOW)
    (first, _), *_ = queries.list_without_vector(session, "model", 1)

    assert queries.keep_vectors(session, "model", [(first, "另一句话", b"1234")]) == 0
