"""Structured logs that name nobody: openids, phones, tokens and secrets never reach a line."""

import logging
import re
import sys
from collections.abc import Mapping
from typing import Any, Final

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

REDACTED: Final = "[redacted]"
_SECRET_NAMES: Final = re.compile(
    r"(openid|unionid|external_user|touser|phone|mobile|recipient|address|token|secret|password"
    r"|aes_key|api_v3_key|session_key|ciphertext|authorization|js_code)",
    re.IGNORECASE,
)
_SECRET_WORDS: Final = re.compile(
    r"(?P<label>(?:token|secret|js_code|openid|unionid|session_key|password|api_v3_key|aes_key)"
    r"[\"']?\s?[=:]\s?[\"']?|Bearer\s)[^&\s\"',;)}\]]+"
    r"|(?<=DETAIL:)[^\n]+"  # PostgreSQL quotes the row that it refused.
    # A mainland mobile number.
    r"|(?<![0-9A-Za-z])(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)"
    r"|(?<![0-9A-Za-z_-])(?:o|wm|wo)[0-9A-Za-z_-]{26,30}(?![0-9A-Za-z_-])"  # An openid.
)
QUIET_LOGGERS: Final = ("httpx", "httpcore", "urllib3", "wechatpy", "apscheduler", "aiohttp.access")


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
    if _SECRET_NAMES.search(name) and value not in (None, ""):
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
