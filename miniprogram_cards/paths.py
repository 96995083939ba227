"""Paths into the mini-program: which page, for what, and where the visitor comes from."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, quote, urlencode

from commerce.errors import InvalidInput

CHECKOUT_PAGE: Final = "pages/checkout/index"
PRODUCT_PAGE: Final = "pages/product/index"
ORDER_PAGE: Final = "pages/order/index"
PAGES: Final = frozenset({CHECKOUT_PAGE, PRODUCT_PAGE, ORDER_PAGE})

LONGEST_PATH: Final = 1024
"""Characters of a query that the platform's links carry (generateScheme docs)."""
_SOURCE: Final = "source"


@dataclass(frozen=True, slots=True)
class CardPath:
    """A path taken apart. `subject` is a cart token, a product's id or an order's number."""

    page: str
    subject: str
    source: str


_SUBJECTS: Final = {CHECKOUT_PAGE: "cart", PRODUCT_PAGE: "id", ORDER_PAGE: "order_no"}


def build(path: CardPath) -> str:
    """The path as a card carries it, without a leading slash.

    >>> build(CardPath(ORDER_PAGE, "202611110123456789", "official_account.chat"))
    'pages/order/index?order_no=202611110123456789&source=official_account.chat'
    """
    query = urlencode(
        {_SUBJECTS[path.page]: path.subject, _SOURCE: path.source}, quote_via=quote, safe="~"
    )
    return f"{path.page}?{query}"


def parse(path: str) -> CardPath:
    """What a card's path says. Raises InvalidInput unless it leads to a page of ours."""
    page, _, query = path.removeprefix("/").partition("?")
    fields = dict(parse_qsl(query)) if len(path) <= LONGEST_PATH else {}
    subject = fields.get(_SUBJECTS.get(page, ""), "")
    if not subject:
        raise InvalidInput("小程序页面地址无效", field="path")
    return CardPath(page, subject, fields.get(_SOURCE, ""))
