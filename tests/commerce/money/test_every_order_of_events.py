"""Buying and giving back in every order that chance finds: the shop is where a model of it is."""

from functools import partial

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from bot.engines import create_shop_engine
from tests.commerce.money.giving_back import MoneyAsAWhole

pytestmark = [pytest.mark.slow, pytest.mark.database]
EXAMPLES = {"sqlite": 20, "postgres": 6}
STEPS = 30


def live_through(database_url: str, examples: int) -> None:
    """Play so many lives of a shop, none of which is kept."""
    engine = create_shop_engine(database_url)
    run_state_machine_as_test(
        partial(MoneyAsAWhole, engine),  # type: ignore[arg-type] # A factory is documented to do.
        settings=settings(
            max_examples=examples,
            stateful_step_count=STEPS,
            # Shrinking takes minutes here, and thirty steps can be read as they are.
            phases=(Phase.explicit, Phase.reuse, Phase.generate),
        ),
    )
    engine.dispose()


def test_the_money_is_right_after_every_event(database_url: str, database_kind: str) -> None:
    live_through(database_url, EXAMPLES[database_kind])


@pytest.mark.nightly
@pytest.mark.timeout(3_600)
def test_the_money_is_right_after_ten_times_as_many(database_url: str, database_kind: str) -> None:
    live_through(database_url, 10 * EXAMPLES[database_kind])
