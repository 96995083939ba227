"""The shop's own search over the goods, without a database."""

from collections.abc import Sequence
from pathlib import Path

from bot.lexicon import words_of
from bot.search import ShopSearch
from commerce.catalogue.wish import ProductWish
from nlu.embedder import Embedder
from tests.search_quality.corpus import goods
from tests.search_quality.scoring import DEPTH, Ranking

NAMES_LEARNT = 1_500


def open_ours(folder: Path, embedder: Embedder | None) -> Ranking:
    """The search of this version of the shop, filled with the goods, under an empty folder."""
    lexicon = folder / "lexicon.txt"
    shop = ShopSearch(folder, lexicon, embedder=embedder)
    words = words_of((good.product for good in goods()), shop.tokenise)
    lexicon.write_text("".join(f"{word}\t{kind}\n" for word, kind in dict(words).items()))
    index = shop.index
    index.put(good.product for good in goods())
    index.learn_names(NAMES_LEARNT)

    def rank(text: str) -> Sequence[int]:
        hits = index.search(ProductWish(text=text, title=text), DEPTH, is_wide=True)
        return [product_id for product_id, _ in hits.products]

    return rank
