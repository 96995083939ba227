"""A product as a card of the mini-program, which opens its pictures and its kinds."""

from dataclasses import dataclass

from bot.messages import Card
from commerce.catalogue.views import ProductView
from miniprogram_cards.cards import product_card


@dataclass(frozen=True, slots=True)
class _Subject:
    """What a card shows of a product; `price` is its lowest, in fen."""

    id: int
    title: str
    price: int
    picture: str


def card_of_product(product: ProductView, source: str) -> Card:
    """The card of a product; `source` is where it brings the customer from."""
    subject = _Subject(product.id, product.title, product.lowest_price, product.picture)
    content = product_card(subject, source)
    return Card(content.title, content.path, content.picture)
