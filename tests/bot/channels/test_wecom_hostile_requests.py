"""Hostile requests to WeCom's callback get 400 or 403, quickly, and nothing else."""

import pytest
from hypothesis import HealthCheck, given, settings

from tests.bot.channels.hostile import (
    HANDMADE,
    Request,
    hostile_requests,
    mutations,
    seconds_at_best,
)
from tests.bot.channels.platform_side import NOW, PlatformSide
from wecom.callback import CallbackRefused, Told, WeComWire

PLATFORM = PlatformSide(app_id="ww5823bf96d3bd56c7")
WIRE = WeComWire(corp_id=PLATFORM.app_id, token=PLATFORM.token, aes_key=PLATFORM.aes_key)
NO_LIMITS = {
    "deadline": None,
    "suppress_health_check": list(HealthCheck),
    "database": None,
}


def answer(request: Request) -> Told | CallbackRefused:
    try:
        return WIRE.read(*request, now=NOW)
    except CallbackRefused as refusal:
        return refusal


@given(hostile_requests(PLATFORM))
@settings(max_examples=100, **NO_LIMITS)  # type: ignore[arg-type]
def test_any_request_is_an_event_or_refused(request: Request) -> None:
    outcome = answer(request)

    if isinstance(outcome, Told):
        assert len(outcome.digest) == 64
    else:
        assert outcome.status in {400, 403}
        assert len(outcome.reason) <= 20


@pytest.mark.slow
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
