from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import pytest
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.payments.client import PayClient
from tests.bot.payments.pay_platform import PayPlatform

NOTIFY_URL = "https://shop.example/pay/wechat/notify"


@pytest.fixture(scope="session")
def rsa_keys() -> tuple[rsa.RSAPrivateKey, rsa.RSAPrivateKey, rsa.RSAPrivateKey]:
    """The merchant's, the platform's, and a stranger's."""
    first, second, third = (
        rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(3)
    )
    return first, second, third


@pytest.fixture
def platform(rsa_keys: tuple[rsa.RSAPrivateKey, ...]) -> PayPlatform:
    return PayPlatform(rsa_keys[0], rsa_keys[1])


@pytest.fixture(scope="session")
def pay_platform(rsa_keys: tuple[rsa.RSAPrivateKey, ...]) -> PayPlatform:
    """The platform for generated examples, which share a fixture."""
    return PayPlatform(rsa_keys[0], rsa_keys[1])


@pytest.fixture
def stranger(rsa_keys: tuple[rsa.RSAPrivateKey, ...]) -> PayPlatform:
    """Somebody who knows everything about the platform except its key."""
    return PayPlatform(rsa_keys[0], rsa_keys[2])


@pytest.fixture
async def pay(
    platform: PayPlatform, aiohttp_server: Callable[..., Awaitable[TestServer]]
) -> AsyncIterator[PayClient]:
    server = await aiohttp_server(platform.app())
    async with PayClient(
        platform.merchant,
        notify_url=NOTIFY_URL,
        base_url=str(server.make_url("/sandbox/pay")),
        deadline=timedelta(seconds=2),
    ) as client:
        yield client
