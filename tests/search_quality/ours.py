"""The shop's own search over the goods, without a database."""

from collections.abc import Sequence
from pathlib import Path

from bot.tokenise import ChineseTokeniser
from commerce.catalogue.index import SearchIndex
from commerce.catalogue.wish import ProductWish
from tests.search_quality.corpus import goods
from tests.search_quality.scoring import DEPTH, Ranking


def open_ours(folder: Path) -> Ranking:
    """The index of this version of the shop, filled with the goods, under an empty folder."""
    index = SearchIndex(folder / "index", ChineseTokeniser(folder / "jieba"))
    index.put(good.product for good in goods())

    def rank(text: str) -> Sequence[int]:
        hits = index.search(ProductWish(text=text, title=text), DEPTH)
        return [product_id for product_id, _ in hits.products]

    return rank
