"""Handing files in at the console, and reading what became of them."""

import re
from collections.abc import Mapping, Sequence
from html import unescape
from typing import Final

import aiohttp

from tests.bot.console.conftest import Answer, Browser

_COUNTS: Final = re.compile(r"(新增|更新|没变|跳过) (\d+)")
_FAULT: Final = re.compile(
    r'data-label="行">(\d+)</td><td data-label="列">(.*?)</td><td data-label="原因">(.*?)</td>'
)


async def hand_in(browser: Browser, address: str, content: str | bytes) -> Answer:
    """Send a file as the page's form would."""
    form = aiohttp.FormData()
    sent = content.encode() if isinstance(content, str) else content
    form.add_field("file", sent, filename="rows.csv", content_type="text/csv")
    return await browser.post(address, form, htmx=False)


def counts_of(answer: Answer) -> Mapping[str, int]:
    """How many rows were 新增, 更新, 没变 and 跳过, those with any."""
    return {word: int(count) for word, count in _COUNTS.findall(answer.text) if int(count)}


def faults_of(answer: Answer) -> Sequence[tuple[int, str, str]]:
    """Line, column and reason of each row that was skipped."""
    return [
        (int(line), column, unescape(reason))
        for line, column, reason in _FAULT.findall(answer.text)
    ]
