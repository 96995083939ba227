"""What tests of the application share: a sealer, messages as a channel would hand them over."""

import itertools
from collections.abc import Callable
from datetime import datetime

import pytest

from bot.messages import Incoming, Kind
from commerce.sealing import Sealer

ACCOUNT = "wxaaaaaaaaaaaaaaaa"
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def sealer() -> Sealer:
    """Seals under a key of the tests."""
    return Sealer({"test": bytes(range(32))})


@pytest.fixture
def message() -> Callable[..., Incoming]:
    """Makes messages of followers of one official account, each with a key of its own."""

    def make(
        text: str = "你好",
        *,
        sent_at: datetime,
        openid: str = "o-alice",
        kind: Kind = "text",
        key: str | None = None,
    ) -> Incoming:
        return Incoming(
            key=key or f"official_account:{ACCOUNT}:{openid}:{next(_numbers)}",
            channel="official_account",
            account=ACCOUNT,
            external_user=openid,
            kind=kind,
            text=text,
            sent_at=sent_at,
            payload={"ToUserName": "gh_shop", "FromUserName": openid},
        )

    return make
