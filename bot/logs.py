"""Structured logs that name nobody: openids, phones, tokens and secrets never reach a line."""

import logging
import re
import sys
from collections.abc import Mapping
from typing import Any, Final

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

REDACTED: Final = "[redacted]"
_NAMES: Final = (
    r"openid|unionid|touser|external_user(?:id)?|phone|mobile|recipient|address|token|secret"
    r"|password|aes_key|api_v3_key|field_keys|session_key|ciphertext|authorization|js_code"
)
_SECRET_NAMES: Final = re.compile(rf"(?:.*_)?(?:{_NAMES})", re.IGNORECASE)
"""A key is one of the names, or ends with it: `mini_openid`, but not `token_version`."""
_IN_WORDS: Final = (
    "openid|unionid|touser|token|secret|password|aes_key|api_v3_key|session_key|js_code"
)
_SECRET_WORDS: Final = re.compile(
    # name=value and "name": value, whatever the name begins with; name: value in running text
    # only for the exact name, so that a sentence about `stable_token: …` keeps its end.
    rf"(?P<label>(?i:(?<![0-9A-Z])(?:{_IN_WORDS})(?:[\"']\s?:|[\"']?\s?=)"
    rf"|(?<![0-9A-Z_-])(?:(?:access|refresh)_)?(?:{_IN_WORDS}):)\s?[\"']?|Bearer\s)"
    r"[^&\s\"',;)}\]]+"
    r"|(?<=DETAIL:)[^\n]+"  # PostgreSQL quotes the row that it refused.
    # A mainland mobile number.
    r"|(?<![0-9A-Za-z])(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)"
    r"|(?<![0-9A-Za-z_-])(?:o|wm|wo)[0-9A-Za-z_-]{26,30}(?![0-9A-Za-z_-])"  # An openid.
)
QUIET_LOGGERS: Final = (
    "httpx",
    "httpcore",
    "urllib3",
    "wechatpy",
    "apscheduler",
    "aiohttp.access",
    "alembic",
)


def configure_logs(*, as_json: bool) -> None:
    """Set up structlog and the standard library's loggers to print one redacted line an event."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        redact,
    ]
    renderer: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=32)
    )
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name in QUIET_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace values under telling names, and telling patterns in all words."""
    return {name: _clean(name, value) for name, value in event.items()}


def _clean(name: str, value: Any) -> Any:
    if _SECRET_NAMES.fullmatch(name) and value not in (None, ""):
        return REDACTED
    if isinstance(value, str):
        return _SECRET_WORDS.sub(lambda found: (found["label"] or "") + REDACTED, value)
    if isinstance(value, Mapping):
        return {key: _clean(str(key), each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(name, each) for each in value]
    if isinstance(value, int | float | bool | None):
        return value
    return _clean(name, str(value))
