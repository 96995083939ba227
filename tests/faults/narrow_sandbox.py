"""The sandbox of a WeCom that allows 500 calls of an API a minute instead of 10,000."""

from dataclasses import replace
from typing import Final

from bot.sandbox import __main__ as sandbox
from bot.sandbox.wecom import api, rules

CALLS: Final = 500


def narrow() -> None:
    """Put the smaller rule in the place of the real one."""
    vars(api).update(CALLS_A_MINUTE=replace(rules.CALLS_A_MINUTE, value=CALLS))


if __name__ == "__main__":
    narrow()
    sandbox.cli()
