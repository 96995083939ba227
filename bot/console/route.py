"""Routes of the console, as the modules of pages declare them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from aiohttp import web

from bot.console.page import Page
from bot.console.visit import Visit
from bot.staff.permissions import Permission

type Method = Literal["GET", "POST"]


@dataclass(frozen=True, slots=True)
class Route:
    """A page or an action for those whose role grants the permission. Paths begin below /console.

    GET changes nothing; POST needs the page's token.
    """

    method: Method
    path: str
    permission: Permission
    handler: Callable[[Page], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class OpenRoute:
    """A page for anybody: logging in."""

    method: Method
    path: str
    handler: Callable[[Visit], Awaitable[web.StreamResponse]]
