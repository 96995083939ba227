"""What only a person can settle: logged and counted until somebody takes it up."""

from typing import Any, Final

import structlog

from bot import metrics
from bot.reactions.heard import Heard

log = structlog.get_logger()

CASE_NUMBERS: Final = (
    "order_no",
    "out_trade_no",
    "out_refund_no",
    "transaction_id",
    "request_no",
    "withdrawal_no",
    "conversation_id",
    "reason",
)


def person_wanted(heard: Heard) -> None:
    """A customer asks for a person, or for what only a person may do."""
    metrics.OPERATOR_WANTED.labels(heard.event.kind).inc()
    log.warning("operator wanted", kind=heard.event.kind, **numbers_of(heard))


def money_wants_a_person(heard: Heard) -> None:
    """Money is not where our books have it, and only a person can put that right."""
    metrics.OPERATOR_WANTED.labels(heard.event.kind).inc()
    log.error("operator wanted", kind=heard.event.kind, **numbers_of(heard))


def numbers_of(heard: Heard) -> dict[str, Any]:
    """What an operator finds the case by; nothing that names a person."""
    return {name: heard.about[name] for name in CASE_NUMBERS if name in heard.about}
