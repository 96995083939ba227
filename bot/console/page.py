"""One request of somebody who is logged in: what they asked, and how to read and change things."""

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from typing import Any, Concatenate

from sqlmodel import Session

from bot.console.menu import menu_of
from bot.console.visit import Visit
from bot.staff import audit
from bot.staff.audit import Who
from bot.staff.permissions import Permission, Signed

type About[T] = Mapping[str, Any] | Callable[[T], Mapping[str, Any]]


@dataclass(kw_only=True)
class Page(Visit):
    """A request by `staff`, whose role grants what its route asks for."""

    staff: Signed
    secret: str
    """Of their session."""
    pages: Container[str] = ()
    """The paths that the console has a page at."""

    @property
    def who(self) -> Who:
        """Who does it, for the audit log."""
        return Who(self.staff.id, self.address)

    def may(self, permission: Permission) -> bool:
        """Whether a part of the page is for them."""
        return self.staff.may(permission)

    async def read[**P, T](
        self, function: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Call `function(session, …)` on a reader; nothing it changes is kept."""
        return await self.desk.database.read(function, *args, **kwargs)

    async def write[T](
        self, function: Callable[..., T], *args: Any, did: str, about: About[T] | None = None
    ) -> T:
        """Call `function(session, …)` and write down what was done, in one transaction.

        `did` is a past participle such as `order.shipped`; `about` plain JSON without anybody's
        name, phone or words, or a function that makes it of the result. What follows from the
        change is set going at once.
        """

        def change(session: Session) -> T:
            result = function(session, *args)
            said = about(result) if callable(about) else about or {}
            audit.note(session, self.desk.sealer, self.who, did, said, self.now)
            return result

        result = await self.desk.database.write(change)
        self.desk.listeners.wake()
        self.desk.sender.wake()
        return result

    def _context(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {
            **super()._context(values),
            "staff": self.staff,
            "may": self.may,
            "Permission": Permission,
            "menu": menu_of(self.staff, self.request.path, self.pages),
            **values,
        }
