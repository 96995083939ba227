"""The shop's search as the dialogue, the API and the command line use it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import structlog
from sqlmodel import Session

from bot.sounds import pronounce
from bot.tokenise import ChineseTokeniser
from commerce.catalogue.changes import forget_changes, list_changes
from commerce.catalogue.index import SearchIndex
from commerce.catalogue.indexing import index_changes, rebuild
from commerce.catalogue.language import Language
from commerce.catalogue.meaning import Vectors
from commerce.catalogue.queries import list_products
from commerce.catalogue.synonyms import Synonyms
from commerce.catalogue.views import ProductSummary
from commerce.catalogue.wish import ProductWish, Sorting, summarise
from commerce.money import LARGEST_PRICE
from nlu.embedder import Embedder, EmbedderUnavailable

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class SearchPage:
    """A stretch of a result."""

    products: tuple[ProductSummary, ...]
    total: int
    """How many products fit, on all pages."""
    is_strict: bool = True
    """False when nothing held all words of the wish: these come near."""
    fitting: int = 0
    """How many of the total hold all words of the wish; they come first."""


class ShopSearch:
    """Finds products on sale. Safe to use from several threads, and beside other processes.

    `folder` holds the index and jieba's cache; `lexicon_file` the words of the catalogue, and a
    `synonyms.txt` beside it the merchant's own synonyms. A tokeniser that is there already may be
    shared. Without an `embedder` words find what they name, and not what they mean.
    """

    def __init__(
        self,
        folder: Path,
        lexicon_file: Path | None = None,
        tokenise: ChineseTokeniser | None = None,
        embedder: Embedder | None = None,
    ) -> None:
        self.tokenise = tokenise or ChineseTokeniser(folder / "jieba", lexicon_file)
        own = None if lexicon_file is None else lexicon_file.with_name("synonyms.txt")
        language = Language(
            tokenise=self.tokenise,
            pronounce=pronounce,
            synonyms=Synonyms(own),
            embed=None if embedder is None else partial(_embed, embedder),
            model="" if embedder is None else embedder.name,
        )
        self.index = SearchIndex(folder / "index", language)

    def search(
        self,
        session: Session,
        wish: ProductWish,
        limit: int,
        offset: int = 0,
        order: Sorting | str = Sorting.BEST,
        *,
        is_wide: bool = False,
    ) -> SearchPage:
        """The products that fit, what is in stock first. Pages of one wish do not overlap.

        With `is_wide`, a few that fit are followed by others that come near.

        What is shown is read from the database: a product that no longer fits is left out, even
        before the index has learnt of it.
        """
        hits = self.index.search(wish, limit, offset, Sorting(order), is_wide=is_wide)
        scores = dict(hits.products)
        summaries = (
            summarise(product, wish, scores[product.id])
            for product in list_products(session, list(scores))
        )
        return SearchPage(
            products=tuple(summary for summary in summaries if summary is not None),
            total=hits.total,
            is_strict=hits.is_strict,
            fitting=hits.fitting,
        )

    def wish_from(self, entities: Mapping[str, Any], text: str = "") -> ProductWish:
        """The wish that an understanding's entities express; prices come in yuan.

        `text` is the whole message: somebody who writes a product's very title gets that product.
        """
        return ProductWish(
            text=" ".join(_strings(entities.get("product"))),
            attributes=_strings(entities.get("attribute")),
            category=next(iter(_strings(entities.get("category"))), None),
            brands=_strings(entities.get("brand")),
            colors=_strings(entities.get("color")),
            sizes=_strings(entities.get("size")),
            price_min=_fen(entities.get("price_min")),
            price_max=_fen(entities.get("price_max")),
            title=text,
        )

    def refresh(self, session: Session) -> int:
        """Bring the index up to date, building it when it is new; how many products it took.

        Raises IndexBusy when another process is at it. In a long-lived process use the steps of
        `commerce.catalogue.indexing`, so that only the last of them writes the database.
        """
        if self.index.is_complete:
            return index_changes(session, self.index)
        changes = list_changes(session)
        count = rebuild(session, self.index)
        forget_changes(session, changes)
        return count

    def close(self) -> None:
        """Nothing is held open between two calls; here for the composition root's symmetry."""


def _embed(embedder: Embedder, texts: Sequence[str]) -> Vectors:
    try:
        return embedder.embed(texts, "query")
    except EmbedderUnavailable as error:
        log.warning("no vectors for search", reason=str(error))
        return np.zeros((0, 0), dtype=np.float32)


def _strings(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, str):
        return (value,) if value.strip() else ()
    values: Iterable[Any] = value if isinstance(value, list | tuple | set | frozenset) else [value]
    return tuple(str(each) for each in values if str(each).strip())


def _fen(yuan: Any) -> int | None:
    """Fen of an amount in yuan, as far as prices go; None for none."""
    if yuan is None or (isinstance(yuan, str) and not yuan.strip()):
        return None
    return max(0, min(round(float(yuan) * 100), LARGEST_PRICE))
