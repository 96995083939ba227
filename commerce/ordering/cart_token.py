"""The signed cart token in a checkout card's path: whose cart, out of which conversation.

Readable by anybody, made only by us, at most 118 characters of those that a mini-program's query
allows. It holds no lines: the cart of this moment is what is bought. `cart_digest` tells whether
it is still the one that the card showed, which it must be for anybody but its owner.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final

from itsdangerous import BadSignature, Signer

from commerce.errors import InvalidInput
from commerce.ordering.lines import WantedLine

VALID_FOR: Final = timedelta(hours=48)
_SOURCE: Final = re.compile(r"[A-Za-z0-9_.-]{0,24}")
_DIGEST_LENGTH: Final = 12


@dataclass(frozen=True, slots=True)
class CheckoutToken:
    """What a cart token says. `source` tells campaigns where the buyer came from."""

    customer_id: int
    conversation_id: int | None
    cart_digest: str
    source: str
    expires_at: datetime


class CartTokens:
    """Issues and reads cart tokens under one secret."""

    def __init__(self, secret: str) -> None:
        self._signer = Signer(
            secret, salt="cart token", key_derivation="hmac", digest_method=sha256
        )

    def issue(
        self,
        *,
        customer_id: int,
        conversation_id: int | None,
        lines: Iterable[WantedLine],
        source: str,
        now: datetime,
    ) -> str:
        """A token for a customer's cart, good for 48 hours. Raises ValueError on an odd source."""
        if _SOURCE.fullmatch(source) is None:
            raise ValueError(f"a source is at most 24 of A-Z a-z 0-9 _ . -, not {source!r}")
        expires = int((now + VALID_FOR).timestamp())
        fields = (customer_id, conversation_id or "", digest_lines(lines), source, expires)
        return self._signer.sign("~".join(map(str, fields))).decode()

    def read(self, token: str, now: datetime) -> CheckoutToken:
        """What a token says. Raises InvalidInput when it is not ours or too old."""
        try:
            signed = self._signer.unsign(token).decode()
        except (BadSignature, UnicodeError):
            raise InvalidInput("结算链接无效，请回到聊天里重新结算", field="cart") from None
        customer, conversation, digest, source, expires = signed.split("~")
        expires_at = datetime.fromtimestamp(int(expires), UTC)
        if now >= expires_at:
            raise InvalidInput("结算链接已过期，请回到聊天里重新结算", field="cart")
        return CheckoutToken(
            int(customer), int(conversation) if conversation else None, digest, source, expires_at
        )


def digest_lines(lines: Iterable[WantedLine]) -> str:
    """A short digest that is equal for carts of equal content, in any order."""
    written = ",".join(f"{each.variant_id}x{each.quantity}" for each in sorted(lines, key=_by_id))
    return sha256(written.encode()).hexdigest()[:_DIGEST_LENGTH]


def _by_id(line: WantedLine) -> int:
    return line.variant_id
