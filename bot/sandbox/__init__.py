"""A fake WeChat platform for development and tests.

It speaks the real wire of the official account, the mini-program login and WeChat Pay v3,
and enforces the platform's limits, so that a shop cannot tell it from WeChat: only base URLs
and keys differ. It shares no code with the rest of `bot`, its cryptography included, so that
one mistake cannot hide on both ends.
"""

from bot.sandbox.app import create_app
from bot.sandbox.settings import SandboxSettings

__all__ = ["SandboxSettings", "create_app"]
