"""How the mini-program names a withdrawal."""

from typing import Annotated

from pydantic import Field

from bot.api.endpoint import Place
from bot.api.requests import Parameters


class WithdrawalPath(Parameters):
    """One of the caller's withdrawals."""

    withdrawal_no: Annotated[str, Place.PATH, Field(pattern=r"^[A-Z]{2}[0-9]{12}$")]
