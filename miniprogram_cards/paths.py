"""Paths into the mini-program: which page, for what, and where the visitor comes from."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, quote, urlencode

from commerce.errors import InvalidInput

INDEX_PAGE: Final = "pages/index/index"
"""The shop's front; a card leads there with a promoter's code."""
CHECKOUT_PAGE: Final = "pages/checkout/index"
PRODUCT_PAGE: Final = "pages/product/index"
ORDER_PAGE: Final = "pages/order/index"
PROMOTER_PAGE: Final = "pages/promoter/index"
GROUP_BUY_PAGE: Final = "pages/group-buy/index"
"""An activity: a group is opened there."""
GROUP_PAGE: Final = "pages/group/index"
FLASH_SALE_PAGE: Final = "pages/flash-sale/index"
BARGAIN_PAGE: Final = "pages/bargain/index"
COUPON_PAGE: Final = "pages/coupon/index"
"""A coupon that can be taken."""

LONGEST_PATH: Final = 1024
"""Characters of a query that the platform's links carry (generateScheme docs)."""
_SOURCE: Final = "source"
_PROMOTER: Final = "p"


@dataclass(frozen=True, slots=True)
class CardPath:
    """A path taken apart. `subject` is a cart token; the id of a product, a group-buy activity or a
    flash sale; the number of an order, a withdrawal, a group or a bargain; a coupon's code; or, of
    the shop's front, a promoter's code, empty for nobody's. `promoter` is the code of who passed it
    on, empty for nobody's."""

    page: str
    subject: str
    source: str
    promoter: str = ""


_SUBJECTS: Final = {
    INDEX_PAGE: _PROMOTER,
    CHECKOUT_PAGE: "cart",
    PRODUCT_PAGE: "id",
    ORDER_PAGE: "order_no",
    PROMOTER_PAGE: "withdrawal_no",
    GROUP_BUY_PAGE: "id",
    GROUP_PAGE: "group_no",
    FLASH_SALE_PAGE: "id",
    BARGAIN_PAGE: "no",
    COUPON_PAGE: "code",
}
PAGES: Final = frozenset(_SUBJECTS)


def build(path: CardPath) -> str:
    """The path as a card carries it, without a leading slash.

    >>> build(CardPath(ORDER_PAGE, "202611110123456789", "official_account.chat"))
    'pages/order/index?order_no=202611110123456789&source=official_account.chat'
    """
    fields = {_SUBJECTS[path.page]: path.subject} if path.subject else {}
    fields[_SOURCE] = path.source
    if path.promoter:
        fields.setdefault(_PROMOTER, path.promoter)
    return f"{path.page}?{urlencode(fields, quote_via=quote, safe='~')}"


def parse(path: str) -> CardPath:
    """What a card's path says. Raises InvalidInput unless it leads to a page of ours."""
    page, _, query = path.removeprefix("/").partition("?")
    fields = dict(parse_qsl(query)) if len(path) <= LONGEST_PATH else {}
    subject = fields.pop(_SUBJECTS.get(page, ""), "")
    if page not in PAGES or not (subject or page == INDEX_PAGE):
        raise InvalidInput("小程序页面地址无效", field="path")
    return CardPath(page, subject, fields.get(_SOURCE, ""), fields.get(_PROMOTER, ""))
