"""What the mini-program may ask about invoices."""

from typing import Annotated

from pydantic import Field

from bot.api.requests import Body
from commerce.invoices.requests import LONGEST_EMAIL, LONGEST_TITLE
from commerce.invoices.tables import TitleKind

LONGEST_TAX_NO = 40
"""As written: it may stand in groups."""


class NewInvoice(Body):
    """Whose name stands on the invoice of an order, and where it goes."""

    order_no: str = Field(pattern=r"^[0-9]{18}$")
    kind: Annotated[TitleKind, Field(strict=False)]
    title: Annotated[str, Field(max_length=LONGEST_TITLE)]
    tax_no: Annotated[str, Field(max_length=LONGEST_TAX_NO, description="of a company")] = ""
    email: Annotated[str, Field(max_length=LONGEST_EMAIL)]
