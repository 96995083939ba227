"""Who is held out and which variant each customer gets."""

import pytest
from sqlalchemy import Integer, literal, select
from sqlmodel import Session

from campaigns import drawing
from campaigns.shapes import Arm, Content

ARMS = [
    Arm(name=name, weight=weight, content=Content(text=name))
    for name, weight in (("A", 50), ("B", 30), ("C", 20))
]
PEOPLE = 20_000
SALTS = [f"salt {number}" for number in range(20)]


@pytest.mark.database
@pytest.mark.parametrize("salt", SALTS[:3])
def test_the_databases_draw_as_python_does(session: Session, salt: str) -> None:
    numbers = [1, 2, 3, 99, 1_000, 123_456, 999_999, 2**31 - 2, 2**31 - 1]
    held = [drawing.held_out(salt, 10, literal(each, Integer)) for each in numbers]

    drawn = session.connection().execute(select(*held)).one()

    assert [bool(each) for each in drawn] == [
        drawing.is_held_out(salt, 10, each) for each in numbers
    ]


@pytest.mark.parametrize("salt", SALTS)
def test_a_tenth_is_held_out_whatever_the_salt(salt: str) -> None:
    held = sum(drawing.is_held_out(salt, 10, each) for each in range(1, PEOPLE + 1))

    assert held / PEOPLE == pytest.approx(0.10, abs=0.01)


@pytest.mark.parametrize("salt", SALTS)
def test_variants_have_their_share_among_those_held_out_and_among_the_rest(salt: str) -> None:
    for is_held in (True, False):
        people = [n for n in range(PEOPLE) if drawing.is_held_out(salt, 10, n) is is_held]
        drawn = [drawing.arm_of(salt, ARMS, each).name for each in people]
        for arm in ARMS:
            share = drawn.count(arm.name) / len(people)
            assert share == pytest.approx(arm.weight / 100, abs=0.06)


def test_another_campaign_holds_out_others() -> None:
    first, second = (
        {n for n in range(PEOPLE) if drawing.is_held_out(salt, 10, n)} for salt in SALTS[:2]
    )

    assert len(first & second) / PEOPLE == pytest.approx(0.01, abs=0.005)


def test_nobody_is_held_out_of_nothing_and_an_arm_without_weight_gets_nobody() -> None:
    arms = [ARMS[0].model_copy(update={"weight": 0}), ARMS[1]]

    assert not any(drawing.is_held_out("salt", 0, each) for each in range(1_000))
    assert {drawing.arm_of("salt", arms, each).name for each in range(1_000)} == {"B"}
