"""Hostile requests get 400 or 403, quickly, and nothing else."""

import pytest
from hypothesis import HealthCheck, given, settings

from bot.messages import Incoming
from tests.bot.channels.hostile import (
    HANDMADE,
    Request,
    hostile_requests,
    mutations,
    seconds_at_best,
)
from tests.bot.channels.platform_side import NOW, PlatformSide
from wecom.callback import BadRequest, CallbackRefused, Forbidden
from wecom.xml import BODY_LIMIT

PLATFORM = PlatformSide()
WIRE = PLATFORM.our_wire
NO_LIMITS = {
    "deadline": None,
    "suppress_health_check": list(HealthCheck),
    "database": None,
}


def answer(request: Request) -> Incoming | CallbackRefused:
    try:
        return WIRE.read_incoming(*request, now=NOW)
    except (BadRequest, Forbidden) as refusal:
        return refusal


def survives(request: Request) -> None:
    outcome = answer(request)

    if isinstance(outcome, Incoming):
        assert outcome.external_user
        assert outcome.key
    else:
        assert outcome.status in {400, 403}
        assert len(outcome.reason) <= 20


@given(hostile_requests(PLATFORM))
@settings(max_examples=300, **NO_LIMITS)  # type: ignore[arg-type]
def test_any_request_is_a_message_or_refused(request: Request) -> None:
    survives(request)


@pytest.mark.slow
@given(hostile_requests(PLATFORM))
@settings(max_examples=10_000, **NO_LIMITS)  # type: ignore[arg-type]
def test_ten_thousand_requests_are_messages_or_refused(request: Request) -> None:
    survives(request)


@given(mutations(PLATFORM))
@settings(max_examples=1_000, **NO_LIMITS)  # type: ignore[arg-type]
def test_a_genuine_request_with_anything_changed_is_refused(request: Request) -> None:
    assert isinstance(answer(request), CallbackRefused)


@pytest.mark.parametrize("body", HANDMADE, ids=range(len(HANDMADE)))
@pytest.mark.parametrize("is_signed", [False, True], ids=["stranger", "insider"])
def test_hostile_bodies_are_answered_in_less_than_fifty_milliseconds(
    body: str, is_signed: bool
) -> None:
    query, sealed = PLATFORM.deliver(body)
    request = (query, sealed if is_signed else body.encode())

    assert seconds_at_best(lambda: answer(request)) < 0.05


def test_a_body_over_the_limit_is_not_even_parsed() -> None:
    query, body = PLATFORM.deliver("<xml/>")
    padded = body + b" " * (BODY_LIMIT - len(body))

    assert str(answer((query, padded + b" "))) == "too_large"
    assert str(answer((query, padded))) == "sender"
