"""The rules of distribution: what they may be, who changed them, and those of the demo shop."""

from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from bot.seeds import DISTRIBUTION_FILE
from commerce.corrections import CorrectionKind, MoneyAudit
from commerce.distribution.tables import BindingRule, DistributionTerms, Who
from commerce.distribution.terms import get_terms, seed_terms, set_terms
from commerce.errors import InvalidInput
from tests.commerce.distribution.team import BY_US


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"first_bp": 9000, "second_bp": 1001}, "second_bp"),
        ({"second_bp": -1}, "second_bp"),
        ({"withdraw_most": 200_000}, "withdraw_most"),
        ({"withdraw_min": 9}, "withdraw_min"),
        ({"withdraw_min": 5000, "withdraw_most": 4999}, "withdraw_min"),
        ({"freeze_days": 366}, "freeze_days"),
        ({"binding_days": 0}, "binding_days"),
        ({"fee_bp": 5001}, "fee_bp"),
        ({"who": "nobody"}, "who"),
        ({"binding": "sometimes"}, "binding"),
    ],
)
def test_rules_that_cannot_be_are_refused_by_name_and_by_the_database(
    session: Session, change: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        set_terms(session, **BY_US, **change)

    assert refused.value.details["field"] == field
    session.rollback()
    session.add(DistributionTerms(**change))
    with pytest.raises(IntegrityError):
        session.flush()


def test_a_change_says_for_ever_who_made_it_and_why(session: Session) -> None:
    set_terms(session, **BY_US, first_bp=1200, who=Who.EVERYONE, freeze_days=7)

    audits = session.exec(select(MoneyAudit)).all()
    assert {each.subject for each in audits} == {"first_bp 1200", "who everyone"}
    kind, actor = CorrectionKind.DISTRIBUTION_TERMS_SET, "agent:1"
    assert {(each.kind, each.actor, each.reason) for each in audits} == {(kind, actor, "店里决定")}
    with pytest.raises(InvalidInput, match="原因"):
        set_terms(session, actor="agent:1", reason="", now=BY_US["now"], first_bp=1)


def test_the_demo_shop_gets_its_rules_once(session: Session) -> None:
    assert get_terms(session).who == Who.APPOINTED

    assert seed_terms(session, DISTRIBUTION_FILE)

    terms = get_terms(session)
    assert (terms.who, terms.binding) == (Who.EVERYONE, BindingRule.DAYS)
    assert (terms.first_bp, terms.second_bp, terms.withdraw_most) == (1000, 300, 50_000)
    set_terms(session, **BY_US, first_bp=0)
    assert not seed_terms(session, DISTRIBUTION_FILE)
    assert get_terms(session).first_bp == 0
