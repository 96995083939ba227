"""A form to a carrier, JSON back: the way every one of them is asked."""

import json
from collections.abc import Mapping
from typing import Any, Final

import aiohttp

from bot.carriers.trackers import NotTracked

TIMEOUT: Final = aiohttp.ClientTimeout(total=8)
LARGEST_ANSWER: Final = 256 * 1024
"""Bytes; a parcel's whole timeline is a few thousand."""
A_CHUNK: Final = 16 * 1024


async def post_form(
    http: aiohttp.ClientSession, url: str, form: Mapping[str, str], who: str
) -> Any:
    """What `who` answers to the form. Raises NotTracked, and asking again may help."""
    raw = bytearray()
    try:
        async with http.post(url, data=form, timeout=TIMEOUT) as response:
            if response.status != 200:
                raise NotTracked(f"{who} answers HTTP {response.status}")
            async for chunk in response.content.iter_chunked(A_CHUNK):
                raw += chunk
                if len(raw) > LARGEST_ANSWER:
                    raise NotTracked(f"{who} answers more than {LARGEST_ANSWER} bytes")
        return json.loads(raw)
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        raise NotTracked(f"{who} does not answer: {error!r}") from error
