"""What the mini-program may ask about distribution."""

from typing import Annotated

from pydantic import Field

from bot.api.requests import Body, Parameters
from commerce.distribution.statements import LONGEST_PAGE
from commerce.distribution.terms import NAME_WANTED_FROM

LARGEST_ENTRY = 2**63 - 1


class LinesPage(Parameters):
    """A page of the statement: what is older than an entry, or the newest."""

    before: Annotated[int | None, Field(ge=1, le=LARGEST_ENTRY)] = None
    limit: Annotated[int, Field(ge=1, le=LONGEST_PAGE - 1)] = 20


class Asking(Body):
    """So much of the commission, asked for from a page that showed the caller's withdrawals.

    `after` is what makes a tap that is repeated one tap: the request that finds a withdrawal made
    since then either made it, and is answered with it, or comes too late and is refused.
    """

    amount: Annotated[int, Field(ge=1, lt=NAME_WANTED_FROM, description="fen")]
    after: Annotated[
        str | None,
        Field(pattern=r"^[A-Z]{2}[0-9]{12}$", description="the latest one shown; null for none"),
    ] = None
