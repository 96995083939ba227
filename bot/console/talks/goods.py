"""Finding a product to send a card of."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlmodel import Session

from bot.search import ShopSearch
from commerce.catalogue.wish import ProductWish
from commerce.money import yuan

MOST: Final = 8


@dataclass(frozen=True, slots=True)
class Found:
    """A product in a short list."""

    id: int
    title: str
    price: str
    picture: str
    in_stock: bool


def find(session: Session, search: ShopSearch, words: str) -> Sequence[Found]:
    """Products that the words find, the best first; what sells best for no words."""
    page = search.search(session, ProductWish(text=words), MOST)
    return [
        Found(each.id, each.title, yuan(each.lowest_price), each.picture, each.in_stock)
        for each in page.products
    ]
