"""A customer allows notices in the mini-program; one reaches them when no chat does."""

import pytest

from tests.fixtures.processes import until
from tests.fixtures.stage import Stage

pytestmark = [pytest.mark.slow, pytest.mark.faults]
TEMPLATE = "Tk0vlwRD9cTYGU8pUtn3ZpnYqhU6gDF1"


def credits_of(stage: Stage) -> int:
    """How many messages customers allow, over all templates."""
    return int(stage.value("SELECT coalesce(sum(credits), 0) FROM subscription_credit"))


async def test_what_is_allowed_on_the_phone_is_in_the_wallet(stage: Stage) -> None:
    customer = await stage.customer()
    for _ in range(3):
        await stage.control(
            "POST", f"/fans/{customer.fan_id}/subscribe", {"template_ids": [TEMPLATE, "other"]}
        )
        await stage.move_time(seconds=1)  # Equal events of one second are one event.
    await stage.control(
        "POST",
        f"/fans/{customer.fan_id}/subscribe",
        {"template_ids": [TEMPLATE], "accept": False},
    )

    await until(lambda: credits_of(stage) == 6, within=15, what="six credits in the wallet")

    await stage.control("POST", f"/fans/{customer.fan_id}/unsubscribe", {"template_id": TEMPLATE})
    await until(lambda: credits_of(stage) == 3, within=15, what="the credits of one template")
