"""The search index: products by words and filters, best match first, out of stock last.

One folder on disk. Whoever holds its lock writes; every process reads, and sees a commit at its
next search. The index only finds: what is shown is read from the database.
"""

import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Final

import tantivy

from commerce.catalogue.asking import Asker, Question
from commerce.catalogue.entries import build_entry, build_schema, schema_digest
from commerce.catalogue.views import ProductView
from commerce.catalogue.wish import ProductWish, Sorting
from commerce.catalogue.words import Tokenise
from commerce.errors import ShopError

WRITER_MEMORY: Final = 64_000_000
COMPLETE: Final = "complete"
"""A file of this name says that the folder once held the whole catalogue."""

_ORDER: Final[dict[Sorting, tuple[str, tantivy.Order]]] = {
    Sorting.SALES: ("sales", tantivy.Order.Desc),
    Sorting.CHEAPEST: ("price", tantivy.Order.Asc),
    Sorting.DEAREST: ("price", tantivy.Order.Desc),
    Sorting.NEWEST: ("product_id", tantivy.Order.Desc),
}


class IndexBusy(ShopError):
    """Another process, or another thread, is writing the index."""


@dataclass(frozen=True, slots=True)
class Hits:
    """What a search found: a stretch of the whole, and how much the whole is."""

    products: tuple[tuple[int, float], ...]
    """Product ids with their scores, the best first."""
    total: int
    is_strict: bool
    """False when nothing held all words, so that these hold only some."""


class IndexWriting:
    """Changes that become visible together."""

    def __init__(self, writer: Any, schema: tantivy.Schema, tokenise: Tokenise) -> None:
        self._writer = writer
        self._schema = schema
        self._tokenise = tokenise

    def put(self, product: ProductView) -> None:
        """Enter a product, in place of what stood for it."""
        self.remove(product.id)
        self.add(product)

    def add(self, product: ProductView) -> None:
        """Enter a product that has no entry yet."""
        self._writer.add_document(build_entry(product, self._tokenise))

    def remove(self, product_id: int) -> None:
        """Take a product out, if it is in."""
        # By query: tantivy-py 0.27 reads the number of a delete by term as signed, finding nothing.
        same = tantivy.Query.term_query(self._schema, "product_id", product_id)
        self._writer.delete_documents_by_query(same)

    def clear(self) -> None:
        """Take every product out."""
        self._writer.delete_all_documents()


class SearchIndex:
    """The index under `folder`, made if it is missing. Searching is safe from several threads."""

    def __init__(self, folder: Path, tokenise: Tokenise) -> None:
        self.folder = folder / schema_digest()
        self.folder.mkdir(parents=True, exist_ok=True)
        self._schema = build_schema()
        self._index = tantivy.Index(self._schema, str(self.folder))
        self._index.config_reader("manual")
        self._tokenise = tokenise
        self._asker = Asker(self._schema, tokenise, self._is_known)
        self._lock = Lock()
        self._seen: tuple[int, int] | None = None
        self._searcher = self._index.searcher()

    @property
    def is_complete(self) -> bool:
        """Whether it has once been built from the whole catalogue."""
        return (self.folder / COMPLETE).exists()

    def mark_complete(self) -> None:
        """It now holds the whole catalogue; indexes of other schemas are removed."""
        (self.folder / COMPLETE).touch()
        for other in self.folder.parent.iterdir():
            if other.is_dir() and other != self.folder:
                shutil.rmtree(other, ignore_errors=True)

    @contextmanager
    def writing(self) -> Iterator[IndexWriting]:
        """The lease to write, given up at the end, when all changes are committed.

        Raises IndexBusy while somebody else has it. An exception inside drops the changes.
        """
        try:
            writer = self._index.writer(WRITER_MEMORY, 1)
        except ValueError as error:
            if "LockBusy" in str(error):
                raise IndexBusy("商品搜索正由另一个进程更新，请稍后再试") from None
            raise
        try:
            yield IndexWriting(writer, self._schema, self._tokenise)
            writer.commit()
        except BaseException:
            writer.rollback()
            raise
        finally:
            writer.wait_merging_threads()
        self._current()

    def put(self, products: Iterable[ProductView], gone: Iterable[int] = ()) -> None:
        """Enter products and take others out, all at once. Raises IndexBusy."""
        with self.writing() as writing:
            for product_id in gone:
                writing.remove(product_id)
            for product in products:
                writing.put(product)

    def search(
        self, wish: ProductWish, limit: int, offset: int = 0, sorting: Sorting = Sorting.BEST
    ) -> Hits:
        """The products that fit, best first, those in stock before all others.

        Pages of one state of the index never overlap.
        """
        searcher = self._current()
        hits = Hits((), 0, is_strict=True)
        for question in self._asker.questions(wish):
            hits = _ask(searcher, question, sorting, limit, offset)
            if hits.total:
                break
        return hits

    def count(self) -> int:
        """How many products are entered."""
        return int(self._current().num_docs)

    def _is_known(self, field: str, term: str) -> bool:
        return bool(self._searcher.doc_freq(field, term))

    def _current(self) -> Any:
        """A searcher over the last commit, whoever made it."""
        status = (self.folder / "meta.json").stat()
        stamp = (status.st_mtime_ns, status.st_ino)
        with self._lock:
            if stamp != self._seen:
                self._index.reload()
                self._searcher = self._index.searcher()
                self._seen = stamp
            return self._searcher


def _ask(searcher: Any, question: Question, sorting: Sorting, limit: int, offset: int) -> Hits:
    available = _page(searcher, question, question.in_stock(), sorting, limit, offset)
    missing = max(0, limit - len(available[0]))
    gone = _page(
        searcher,
        question,
        question.out_of_stock(),
        sorting,
        missing,
        max(0, offset - available[1]),
    )
    return Hits(
        products=(*available[0], *gone[0]),
        total=available[1] + gone[1],
        is_strict=question.is_strict,
    )


def _page(
    searcher: Any,
    question: Question,
    query: tantivy.Query,
    sorting: Sorting,
    limit: int,
    offset: int,
) -> tuple[Sequence[tuple[int, float]], int]:
    """A stretch of what the query finds, and how much it finds in all."""
    ranking: dict[str, Any]
    if sorting is Sorting.BEST and question.text is not None:
        ranking = {"weight_by_field": "weight"}
    else:
        field, order = _ORDER.get(sorting, _ORDER[Sorting.SALES])
        ranking = {"order_by_field": field, "order": order}
    result = searcher.search(query, max(1, limit), offset=offset, **ranking)
    hits = result.hits[:limit]
    product_ids = searcher.fast_field_values("product_id", [address for _, address in hits])
    scores = [float(score) for score, _ in hits]
    return list(zip(product_ids, scores, strict=True)), result.count
