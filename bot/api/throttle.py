"""A limit to how often one address may ask for what costs more than an answer."""

from collections import OrderedDict
from datetime import datetime
from ipaddress import ip_address
from typing import Final

from aiohttp import web

from bot.api.errors import TooMany

A_MINUTE: Final = 60
"""Requests that an address may make at once, and again within every minute."""
MOST_ADDRESSES: Final = 10_000
"""Remembered; who was quiet the longest is forgotten first."""
_SECONDS_FOR_ONE: Final = 60 / A_MINUTE


class Throttle:
    """A bucket of tokens to an address, in this process's memory."""

    def __init__(self) -> None:
        self._buckets: OrderedDict[str, tuple[float, datetime]] = OrderedDict()

    def admit(self, address: str, now: datetime) -> None:
        """Count one request of the address. Raises TooMany when its bucket is empty."""
        left, since = self._buckets.pop(address, (float(A_MINUTE), now))
        refilled = max((now - since).total_seconds(), 0) / _SECONDS_FOR_ONE
        left = min(left + refilled, A_MINUTE)
        is_admitted = left >= 1
        self._buckets[address] = (left - 1 if is_admitted else left, now)
        if len(self._buckets) > MOST_ADDRESSES:
            self._buckets.popitem(last=False)
        if not is_admitted:
            raise TooMany


def address_of(request: web.Request) -> str:
    """Who asks: the peer, or whom a proxy on our own network names last as the one it serves."""
    peer = request.remote or ""
    *_, named = request.headers.get("X-Forwarded-For", "").split(",")
    return named.strip() if named.strip() and _is_near(peer) else peer


def _is_near(address: str) -> bool:
    try:
        return ip_address(address).is_private
    except ValueError:
        return False
