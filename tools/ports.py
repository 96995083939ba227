"""Where the listeners are: PORT and NLU_PORT, from the environment, then from `.env`."""

from __future__ import annotations

import os
from pathlib import Path

ENV_FILE = Path(__file__).resolve().parents[1] / ".env"
PORT = 8000
NLU_PORT = 5005


def port() -> int:
    """Where the bot listens."""
    return _number("PORT", PORT)


def nlu_port() -> int:
    """Where Rasa listens."""
    return _number("NLU_PORT", NLU_PORT)


def _number(name: str, default: int) -> int:
    written = os.environ.get(name) or _in_env_file(name) or str(default)
    if not (written.isdecimal() and 0 < int(written) < 65536):
        raise SystemExit(f"{name} is {written!r}: give a port number, such as {default}")
    return int(written)


def _in_env_file(name: str) -> str:
    if not ENV_FILE.exists():
        return ""
    for line in ENV_FILE.read_text(encoding="utf-8").splitlines():
        key, _, value = line.partition("=")
        if key.strip() == name:
            return value.strip().strip("\"'")
    return ""
