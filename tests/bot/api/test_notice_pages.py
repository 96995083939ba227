"""What the mini-program may ask the customer to allow."""

from bot.clock import FrozenClock
from bot.database import Database
from bot.notices.templates import save_template
from tests.bot.api.phone import Phone

TEMPLATE = "Tk0vlwRD9cTYGU8pUtn3ZpnYqhU6gDF1"


async def test_templates_that_are_in_use_are_told_of_the_mini_program(
    phone: Phone, database: Database, frozen_clock: FrozenClock
) -> None:
    with database.writing() as session:
        for kind, value, channel, is_active in (
            ("order_shipped", "order_no", "mini_program", True),
            ("refund_paid", "order_no", "mini_program", False),
            ("group_ended", "goods", "official_account", True),
        ):
            save_template(
                session,
                kind=kind,
                channel=channel,
                template_id=TEMPLATE,
                fields={"thing1": value},
                is_active=is_active,
                now=frozen_clock.now(),
            )

    assert (await phone.get("/notices")).json == {
        "items": [{"kind": "order_shipped", "name": "订单发货", "template_id": TEMPLATE}]
    }
