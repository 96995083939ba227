"""What an endpoint is: one row of the table that is both served and described."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel

from bot.api.errors import ErrorCode, Unauthorized
from bot.api.shopfront import Caller, Shopfront

BASE_PATH = "/api/mini/v1"
BODY_LIMIT = 64 * 1024


class Place(StrEnum):
    """Where a parameter travels; written into the annotation of its field. By default: QUERY."""

    PATH = "path"
    QUERY = "query"
    HEADER = "header"


class NoParameters(BaseModel):
    """Of an endpoint that takes none."""


class NoBody(BaseModel):
    """Of an endpoint that reads none."""


@dataclass(frozen=True, slots=True)
class Call[P: BaseModel, B: BaseModel]:
    """One request, checked, at one moment of the shop's time."""

    parameters: P
    body: B
    now: datetime
    who: Caller | None

    @property
    def caller(self) -> Caller:
        """The logged-in customer. Raises Unauthorized."""
        if self.who is None:
            raise Unauthorized
        return self.who


@dataclass(frozen=True, slots=True)
class Endpoint[P: BaseModel, B: BaseModel, A: BaseModel]:
    """A way to ask the shop for something. `path` follows BASE_PATH."""

    method: str
    path: str
    summary: str
    answer: Callable[[Shopfront, Call[P, B]], Awaitable[A]]
    answers: type[A]
    parameters: type[P]
    body: type[B]
    status: int = 200
    needs_login: bool = True
    is_throttled: bool = False
    """Whether an address may ask only so often, see `bot.api.throttle`."""
    largest_body: int = BODY_LIMIT
    """Bytes that are read of a body at most."""
    errors: tuple[ErrorCode, ...] = ()
    """What may go wrong beyond what may go wrong everywhere."""

    @property
    def reads_body(self) -> bool:
        """Whether a JSON body is expected."""
        return self.body is not NoBody


type AnyCall = Call[Any, Any]
type AnyEndpoint = Endpoint[Any, Any, Any]
