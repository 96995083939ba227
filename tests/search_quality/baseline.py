"""The plain recipe that ours has to beat: two fields, jieba's words and pairs of characters.

Written apart from the shop's search: nothing of that is used here but the product's own text.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

import jieba
import tantivy

from commerce.catalogue.views import ProductView

FIELDS: Final = ("words", "pairs")
CANDIDATES: Final = 20
_RUN = re.compile(r"[㐀-鿿]+|[a-z0-9.]+")


class TwoFields:
    """BM25 over titles, and attributes if wished. Any word will do; what is sold out is last."""

    def __init__(self, products: Sequence[ProductView], *, with_attributes: bool) -> None:
        schema = tantivy.SchemaBuilder()
        schema.add_unsigned_field("product_id", fast=True)
        for field in FIELDS:
            schema.add_text_field(field, tokenizer_name="whitespace", index_option="freq")
        self._schema = schema.build()
        self._index = tantivy.Index(self._schema)
        self._stocked = {
            product.id for product in products if any(each.in_stock for each in product.variants)
        }
        writer = self._index.writer(64_000_000, 1)
        for product in products:
            writer.add_document(self._entry(product, with_attributes))
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()

    def rank(self, text: str) -> Sequence[int]:
        """Product ids for some words, the best first."""
        terms = [("words", word) for word in _words(text)]
        terms += [("pairs", pair) for pair in _pairs(text)]
        query = tantivy.Query.boolean_query(
            [
                (tantivy.Occur.Should, tantivy.Query.term_query(self._schema, field, term, "freq"))
                for field, term in terms
            ]
        )
        searcher: Any = self._index.searcher()
        hits = searcher.search(query, CANDIDATES).hits
        found: list[int] = searcher.fast_field_values("product_id", [hit[1] for hit in hits])
        return sorted(found, key=lambda product_id: product_id not in self._stocked)

    def _entry(self, product: ProductView, with_attributes: bool) -> tantivy.Document:
        texts = [product.title]
        if with_attributes:
            texts += [product.brand, product.category, *product.attributes.values()]
            texts += {str(v) for each in product.variants for v in each.attributes.values()}
        text = " ".join(texts)
        entry = tantivy.Document()
        entry.add_unsigned("product_id", product.id)
        entry.add_text("words", " ".join(_words(text)))
        entry.add_text("pairs", " ".join(_pairs(text)))
        return entry


def _words(text: str) -> Iterator[str]:
    for run in _RUN.findall(text.lower()):
        yield from (str(word) for word in jieba.cut_for_search(run))


def _pairs(text: str) -> Iterator[str]:
    for run in _RUN.findall(text.lower()):
        if run.isascii():
            yield run
        else:
            yield from (run[at : at + 2] for at in range(max(1, len(run) - 1)))
