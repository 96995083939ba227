"""Segments are kept under a name, with every version that they had."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session

from bot.seeds import SEGMENTS_FILE
from campaigns.segments import asking, saving
from campaigns.segments.rules import Rule, read_rule
from campaigns.segments.seeding import seed_segments
from commerce.errors import IllegalMove, InvalidInput, NotFound
from commerce.inserting import id_of
from tests.commerce.shop import NOW

LATER = NOW + timedelta(hours=1)


def spent(fen: int) -> Rule:
    return read_rule({"kind": "fact", "fact": "spent", "op": "at_least", "value": fen})


def save(session: Session, name: str, rule: Rule, **changes: Any) -> Any:
    return saving.save(session, name, rule, **{"by": "staff:1", "now": NOW, **changes})


@pytest.mark.database
def test_each_change_is_another_version_and_the_old_ones_stay(session: Session) -> None:
    segment = save(session, "大客户", spent(50_000))
    number = id_of(segment)
    save(session, "大客户", spent(80_000), segment_id=number, version=1, now=LATER)

    versions = saving.list_versions(session, number)

    assert [(each.version, read_rule(each.rule)) for each in versions] == [
        (2, spent(80_000)),
        (1, spent(50_000)),
    ]
    assert saving.rule_of(saving.get_segment(session, number)) == spent(80_000)


def test_the_same_again_is_no_new_version(session: Session) -> None:
    segment = save(session, "大客户", spent(50_000))

    again = save(session, "大客户", spent(50_000), segment_id=id_of(segment), version=1)

    assert again.version == 1
    assert len(saving.list_versions(session, id_of(segment))) == 1


def test_who_edits_what_somebody_else_has_changed_meanwhile_is_told(session: Session) -> None:
    number = id_of(save(session, "大客户", spent(50_000)))
    save(session, "大客户", spent(80_000), segment_id=number, version=1)

    with pytest.raises(IllegalMove, match="刚被别人改过"):
        save(session, "大客户", spent(90_000), segment_id=number, version=1)


@pytest.mark.parametrize("name", ["", "  ", "长" * 41, "大客户"])
def test_a_name_is_there_short_and_nobody_elses(session: Session, name: str) -> None:
    save(session, "大客户", spent(1))

    with pytest.raises(InvalidInput) as refused:
        save(session, name, spent(2))

    assert refused.value.details["field"] == "name"


def test_a_segment_cannot_take_the_name_of_another(session: Session) -> None:
    save(session, "大客户", spent(1))
    other = save(session, "新客户", spent(2))

    with pytest.raises(InvalidInput, match="请换个名字"):
        save(session, "大客户", spent(2), segment_id=id_of(other))


def test_a_segment_that_was_put_away_is_not_listed_and_still_read(session: Session) -> None:
    away, kept = save(session, "旧的", spent(1)), save(session, "新的", spent(2))

    saving.archive(session, id_of(away), LATER)

    assert saving.list_segments(session) == [kept]
    assert saving.get_segment(session, id_of(away)).is_archived


def test_a_segment_that_never_was_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound):
        save(session, "大客户", spent(1), segment_id=99)


@pytest.mark.database
def test_the_demo_shops_segments_are_entered_once_and_can_be_asked(session: Session) -> None:
    assert seed_segments(session, SEGMENTS_FILE, NOW) == 4
    assert seed_segments(session, SEGMENTS_FILE, NOW) == 0

    for segment in saving.list_segments(session):
        assert asking.count(session, saving.rule_of(segment), NOW) == 0
