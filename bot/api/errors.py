"""Everything that goes wrong becomes one answer: a status and `{"error": {code, message, …}}`."""

import traceback
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

import structlog
from pydantic import ValidationError

from bot.api.answers import ErrorAnswer, ErrorDetail
from bot.api.complaints import complaint
from bot.database import DatabaseClosed, is_locked
from bot.errors import BotError
from commerce.errors import ShopError
from wecom.errors import Reaction, Refused, WeChatError

log = structlog.get_logger()

TRY_LATER: Final = "系统繁忙，请稍后再试"


class ErrorCode(StrEnum):
    """What went wrong, for programs."""

    INVALID_INPUT = "invalid_input"
    UNAUTHORIZED = "unauthorized"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    OUT_OF_STOCK = "out_of_stock"
    PRICE_CHANGED = "price_changed"
    ILLEGAL_MOVE = "illegal_move"
    TOO_LARGE = "too_large"
    NOT_JSON = "not_json"
    IDEMPOTENCY_CONFLICT = "idempotency_conflict"
    TOO_MANY = "too_many"
    INTERNAL = "internal"
    UNAVAILABLE = "unavailable"

    @property
    def status(self) -> int:
        """The HTTP status it is answered with."""
        return _STATUS[self]


_STATUS: Final[Mapping[ErrorCode, int]] = MappingProxyType(
    {
        ErrorCode.INVALID_INPUT: 400,
        ErrorCode.UNAUTHORIZED: 401,
        ErrorCode.NOT_FOUND: 404,
        ErrorCode.METHOD_NOT_ALLOWED: 405,
        ErrorCode.OUT_OF_STOCK: 409,
        ErrorCode.PRICE_CHANGED: 409,
        ErrorCode.ILLEGAL_MOVE: 409,
        ErrorCode.TOO_LARGE: 413,
        ErrorCode.NOT_JSON: 415,
        ErrorCode.IDEMPOTENCY_CONFLICT: 422,
        ErrorCode.TOO_MANY: 429,
        ErrorCode.INTERNAL: 500,
        ErrorCode.UNAVAILABLE: 503,
    }
)
_TOLD_DETAILS: Final = ("field", "lines", "quote")
"""What of an error's details a customer may see; the rest is for us."""


class ApiError(BotError):
    """A refusal of the API itself, before the shop is asked. The message is for customers."""

    code = ErrorCode.INVALID_INPUT


class MalformedRequest(ApiError):
    """The request cannot be read."""


class Unauthorized(ApiError):
    """The caller has not logged in, or their login has lapsed."""

    code = ErrorCode.UNAUTHORIZED

    def __init__(self, message: str = "请先登录") -> None:
        super().__init__(message)


class PathNotFound(ApiError):
    """Nothing lives at this path."""

    code = ErrorCode.NOT_FOUND


class MethodNotAllowed(ApiError):
    """The path exists, with other methods."""

    code = ErrorCode.METHOD_NOT_ALLOWED


class BodyTooLarge(ApiError):
    """The body is longer than any honest one."""

    code = ErrorCode.TOO_LARGE


class NotJson(ApiError):
    """The body claims to be something else than JSON."""

    code = ErrorCode.NOT_JSON


class TooMany(ApiError):
    """The caller's address asks for this too often."""

    code = ErrorCode.TOO_MANY

    def __init__(self) -> None:
        super().__init__("操作太频繁了，请稍等一下再试")


def answer_for(error: Exception, endpoint: str) -> tuple[ErrorCode, ErrorAnswer]:
    """Code and body for whatever went wrong; what is our fault is logged, without the trace."""
    code, detail = _explain(error)
    if code.status >= 500:
        log.error(
            "mini-program api failed",
            endpoint=endpoint,
            reason=type(error).__name__,
            at=_innermost(error),
        )
    return code, ErrorAnswer(error=detail)


def _explain(error: Exception) -> tuple[ErrorCode, ErrorDetail]:
    match error:
        case ApiError():
            return _told(error.code, str(error))
        case ValidationError():
            field, message = complaint(error)
            return _told(ErrorCode.INVALID_INPUT, message, field=field)
        case ShopError():
            return _told(_code_of(error), str(error), **error.details)
        case Refused(reaction=Reaction.DENY_LOGIN):
            return _told(ErrorCode.UNAUTHORIZED, "登录已失效，请重新进入小程序")
        case WeChatError() | DatabaseClosed():
            return _told(ErrorCode.UNAVAILABLE, TRY_LATER)
        case _ if is_locked(error):
            return _told(ErrorCode.UNAVAILABLE, TRY_LATER)
        case _:
            return _told(ErrorCode.INTERNAL, "出了点问题，请稍后再试")


def _told(code: ErrorCode, message: str, **details: object) -> tuple[ErrorCode, ErrorDetail]:
    told = {name: details[name] for name in _TOLD_DETAILS if name in details}
    return code, ErrorDetail.model_validate({"code": code, "message": message, **told})


def _code_of(error: ShopError) -> ErrorCode:
    known = error.code in set(ErrorCode)
    return ErrorCode(error.code) if known else ErrorCode.INVALID_INPUT


def _innermost(error: Exception) -> str:
    """Where it was raised: a trace's messages could quote a customer's words."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
