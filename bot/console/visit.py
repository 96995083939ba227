"""One request to the console, by somebody or nobody; and how it is answered."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Final
from urllib.parse import quote, unquote, urlencode

from aiohttp import web

from bot.api.throttle import address_of
from bot.console import csv
from bot.console.body import Body, UploadedFile, read_body
from bot.console.desk import Desk
from bot.console.errors import TooLarge
from bot.console.rendering import render
from bot.console.tokens import notice_cookie

BASE: Final = "/console"
NOTICE_SECONDS: Final = 60


@dataclass
class Visit:
    """A request. `token` is what its forms must bring back."""

    request: web.Request
    desk: Desk
    now: datetime
    token: str
    _body: Body | None = field(default=None, repr=False)

    @property
    def address(self) -> str:
        """The network address of the browser."""
        return address_of(self.request)

    @property
    def is_htmx(self) -> bool:
        """Whether a script of the page asks, and swaps the answer in."""
        return self.request.headers.get("HX-Request") == "true"

    @cached_property
    def is_partial(self) -> bool:
        """Whether it asks for a part of a page."""
        return self.is_htmx and self.request.headers.get("HX-Request-Type") == "partial"

    def match(self, name: str) -> str:
        """A part of the path."""
        return self.request.match_info[name].replace("\0", "")

    def query(self, name: str, default: str = "") -> str:
        """What stands behind the address's question mark, without blanks at its ends."""
        return self.request.query.get(name, default).replace("\0", "").strip()

    @property
    def number(self) -> int:
        """The page of a list that is asked for, from 1."""
        asked = self.query("page", "1")
        return int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 1

    async def body(self) -> Body:
        """What a form sent, read once."""
        if self._body is None:
            self._body = await read_body(self.request)
        return self._body

    async def form(self) -> Mapping[str, str]:
        """What was typed, by field; the last one of several."""
        return dict((await self.body()).fields)

    async def many(self, name: str) -> Sequence[str]:
        """All values of a field that may be there several times."""
        return [value for key, value in (await self.body()).fields if key == name]

    async def file(self, name: str, largest: int) -> UploadedFile | None:
        """An uploaded file; None when none was chosen. Raises TooLarge over so many bytes."""
        found = (await self.body()).files.get(name)
        if found is not None and len(found.content) > largest:
            raise TooLarge(f"文件太大了，最多{largest // 1024 // 1024 or 1}MB")
        return found

    def html(self, template: str, *, status: int = 200, **values: Any) -> web.Response:
        """The whole page, or its `content` block alone when a script swaps it in."""
        block = "content" if self.is_partial else ""
        response = self._answer(render(template, self._context(values), block=block), status)
        if not self.is_partial and notice_cookie(self.desk) in self.request.cookies:
            self._forget_notice(response)
        return response

    def fragment(self, template: str, *, status: int = 200, **values: Any) -> web.Response:
        """A template as it is, to swap in."""
        return self._answer(render(template, self._context(values)), status)

    def go(self, path: str, said: str = "已保存") -> web.Response:
        """Send the browser on, with words that are shown there once; none when they are empty."""
        address = path if path == BASE or path.startswith(f"{BASE}/") else f"{BASE}{path}"
        if self.is_htmx:
            response = web.Response(headers={"HX-Redirect": address})
        else:
            response = web.Response(status=303, headers={"Location": address})
        if said:
            response.set_cookie(
                notice_cookie(self.desk),
                quote(said),
                max_age=NOTICE_SECONDS,
                path="/",
                secure=self.desk.is_secure,
                httponly=True,
                samesite="Strict",
            )
        return response

    def csv(
        self, name: str, header: Sequence[str], rows: Iterable[Sequence[object]]
    ) -> web.Response:
        """A table to save, safe to open in a spreadsheet."""
        file_name = name if name.endswith(".csv") else f"{name}.csv"
        return csv.attachment(file_name, csv.table_of(header, rows), "text/csv")

    def _answer(self, content: str, status: int) -> web.Response:
        return web.Response(text=content, status=status, content_type="text/html", charset="utf-8")

    def _context(self, values: Mapping[str, Any]) -> dict[str, Any]:
        kept = {name: value for name, value in self.request.query.items() if name != "page"}
        return {
            "shop_name": self.desk.shop.name,
            "path": self.request.path,
            "token": self.token,
            "filters": urlencode(kept),
            "now": self.now,
            "notice": unquote(self.request.cookies.get(notice_cookie(self.desk), "")),
            "staff": None,
            "menu": (),
            **values,
        }

    def _forget_notice(self, response: web.Response) -> None:
        response.del_cookie(
            notice_cookie(self.desk),
            path="/",
            secure=self.desk.is_secure,
            httponly=True,
            samesite="Strict",
        )
