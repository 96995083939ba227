"""The search index: products by words and filters, best match first, out of stock last.

One folder on disk. Whoever holds its lock writes; every process reads, and sees a commit at its
next search. The index only finds: what is shown is read from the database.
"""

import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Any, Final

import tantivy

from commerce.catalogue.asking import Asker, Question
from commerce.catalogue.entries import build_entry, build_schema, schema_digest
from commerce.catalogue.filtering import any_of
from commerce.catalogue.language import Language
from commerce.catalogue.meaning import Meaning
from commerce.catalogue.views import ProductView
from commerce.catalogue.wish import ProductWish, Sorting
from commerce.errors import ShopError

WRITER_MEMORY: Final = 64_000_000
ENOUGH: Final = 10
"""A list that holds so many needs no products that fit less."""
SHELVES_KEPT: Final = 2_000
SHELVES_COMPARED: Final = 20
MOST: Final = 0.55
"""Of the products called something, so many in one category are most of them."""
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
    fitting: int = 0
    """How many of the whole hold all words: the others, asked for with `is_wide`, come after."""


class IndexWriting:
    """Changes that become visible together."""

    def __init__(self, writer: Any, schema: tantivy.Schema, language: Language) -> None:
        self._writer = writer
        self._schema = schema
        self._language = language

    def put(self, product: ProductView) -> None:
        """Enter a product, in place of what stood for it."""
        self.remove(product.id)
        self.add(product)

    def add(self, product: ProductView) -> None:
        """Enter a product that has no entry yet."""
        language = self._language
        self._writer.add_document(build_entry(product, language.tokenise, language.pronounce))

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

    def __init__(self, folder: Path, language: Language) -> None:
        self.folder = folder / schema_digest()
        self.folder.mkdir(parents=True, exist_ok=True)
        self._schema = build_schema()
        self._index = tantivy.Index(self._schema, str(self.folder))
        self._index.config_reader("manual")
        self._language = language
        self._lock = Lock()
        self._seen: tuple[int, int] | None = None
        self._searcher = self._index.searcher()
        self._shelves: dict[tuple[str, ...], str] = {}
        self._meaning = self._open_meaning()
        self._asker = Asker(self._schema, language.reader(self), self, self._meaning)

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
            yield IndexWriting(writer, self._schema, self._language)
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
        self,
        wish: ProductWish,
        limit: int,
        offset: int = 0,
        sorting: Sorting = Sorting.BEST,
        *,
        is_wide: bool = False,
    ) -> Hits:
        """The products that fit, best first, those in stock before all others.

        With `is_wide`, fewer than ENOUGH that hold all words are followed by those that hold some.
        Pages of one state of the index never overlap.
        """
        searcher = self._current()
        hits = _ask(searcher, self._asker.strict(wish), sorting, limit, offset)
        if hits.total >= (ENOUGH if is_wide else 1):
            return hits
        for question in self._asker.wider(wish, is_guessed=not hits.fitting):
            found = _ask(searcher, question, sorting, limit, offset)
            if found.total > hits.total:
                hits = replace(found, is_strict=hits.fitting > 0, fitting=hits.fitting)
            if hits.total >= (ENOUGH if is_wide else 1):
                break
        return hits

    @property
    def state(self) -> object:
        """Differs between two states of the index: see Vocabulary."""
        return self._seen

    @property
    def size(self) -> int:
        """How many products the last search saw."""
        return int(self._searcher.num_docs)

    def count(self, field: str, term: str) -> int:
        """How many products hold a term in a field: see Vocabulary."""
        return int(self._searcher.doc_freq(field, term))

    def beginning(self, field: str, prefix: str, limit: int) -> Sequence[tuple[str, int]]:
        """The terms of a field that begin so, with their counts: see Vocabulary."""
        found: list[tuple[str, int]] = self._searcher.terms_with_prefix(field, prefix, limit=limit)
        return found

    def shelf(self, names: tuple[str, ...]) -> str:
        """The category of most products called any of these: see Vocabulary."""
        with self._lock:
            known = self._shelves.get(names)
        if known is None:
            named = any_of(
                [tantivy.Query.term_query(self._schema, "noun", name, "basic") for name in names]
            )
            found = self._searcher.terms_with_prefix("category", "", named, SHELVES_COMPARED)
            held = sum(count for _, count in found)
            known = str(found[0][0]) if found and found[0][1] >= MOST * held else ""
            with self._lock:
                self._shelves[names] = known
        return known

    def learn_names(self, limit: int) -> int:
        """Learn what at most so many more names mean; how many it were, 0 when all are known."""
        self._current()
        return 0 if self._meaning is None else self._meaning.learn(limit)

    def count_products(self) -> int:
        """How many products are entered."""
        return int(self._current().num_docs)

    def _open_meaning(self) -> Meaning | None:
        if self._language.embed is None:
            return None
        model = re.sub(r"\W+", "-", self._language.model)
        return Meaning(self.folder / f"names-{model}.npz", self._language.embed, self)

    def _current(self) -> Any:
        """A searcher over the last commit, whoever made it."""
        status = (self.folder / "meta.json").stat()
        stamp = (status.st_mtime_ns, status.st_ino)
        with self._lock:
            if stamp != self._seen:
                self._index.reload()
                self._searcher = self._index.searcher()
                self._seen = stamp
                if len(self._shelves) > SHELVES_KEPT:
                    self._shelves.clear()
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
        fitting=available[1] + gone[1] if question.is_strict else 0,
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
