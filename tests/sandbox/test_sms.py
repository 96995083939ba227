"""The fake SMS provider takes what the shop's client signs, and nothing that was changed."""

from typing import Any

import pytest

from bot.clock import real_now
from bot.sandbox.settings import SmsAccount
from bot.sms.alibaba import AlibabaSms
from bot.sms.sender import Sms, SmsInDoubt, SmsRefused
from tests.sandbox.world import World

MESSAGE = Sms("13800138000", "SMS_1", {"goods": "云朵拖鞋 (M+)", "no": "2026"}, "out-1")


def account(world: World) -> SmsAccount:
    assert world.settings.sms is not None
    return world.settings.sms


def client(world: World, **change: str) -> AlibabaSms:
    ours = account(world)
    given = {"key_id": ours.key_id, "key_secret": ours.key_secret, "sign_name": ours.sign_name}
    return AlibabaSms(world.http, **{**given, **change}, now=real_now, base_url=f"{world.url}/sms")


async def sent(world: World) -> list[dict[str, Any]]:
    return list((await world.control("GET", "/sms"))["sms"])


async def test_a_signed_message_goes_out_with_our_number(world: World) -> None:
    assert await client(world).send(MESSAGE)

    (told,) = await sent(world)
    assert (told["phone"], told["template"], told["out_id"]) == ("13800138000", "SMS_1", "out-1")
    assert told["words"] == f"【{account(world).sign_name}】云朵拖鞋 (M+)，2026"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"key_secret": "wrong"}, "SignatureDoesNotMatch"),
        ({"key_id": "LTAIunknown"}, "InvalidAccessKeyId.NotFound"),
        ({"sign_name": "别家"}, "isv.SMS_SIGNATURE_ILLEGAL"),
    ],
)
async def test_what_is_not_ours_is_refused(world: World, change: dict[str, str], code: str) -> None:
    with pytest.raises(SmsRefused, match=code):
        await client(world, **change).send(MESSAGE)

    assert await sent(world) == []


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (Sms("010-62770000", "SMS_1", {"a": "b"}, ""), "isv.MOBILE_NUMBER_ILLEGAL"),
        (Sms("13800138000", "TPL", {"a": "b"}, ""), "isv.SMS_TEMPLATE_ILLEGAL"),
        (Sms("13800138000", "SMS_1", {"a": "长" * 36}, ""), "isv.PARAM_LENGTH_LIMIT"),
    ],
)
async def test_what_breaks_the_rules_is_refused(world: World, message: Sms, code: str) -> None:
    with pytest.raises(SmsRefused, match=code):
        await client(world).send(message)


async def test_an_answer_of_a_gateway_leaves_doubt_and_a_limit_may_pass(world: World) -> None:
    await world.control("POST", "/faults", {"api": "sms/send", "fault": "html"})
    with pytest.raises(SmsInDoubt):
        await client(world).send(MESSAGE)

    limit = "errcode:isv.BUSINESS_LIMIT_CONTROL"
    await world.control("POST", "/faults", {"api": "sms/send", "fault": limit})
    with pytest.raises(SmsRefused) as refused:
        await client(world).send(MESSAGE)
    assert refused.value.may_pass
