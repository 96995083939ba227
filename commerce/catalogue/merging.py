"""Merging rows of a product file into the catalogue, many at once."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Table, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from commerce.catalogue.changes import mark_for_indexing
from commerce.catalogue.drafts import Name, ProductDraft, VariantDraft
from commerce.catalogue.merge_statements import (
    BRAND,
    CATEGORY,
    CHANGE_PRODUCT,
    CHANGE_VARIANT,
    FREIGHT,
    HOMES,
    MOVEMENT,
    PRODUCT,
    PRODUCTS,
    VARIANT,
    VARIANT_COLUMNS,
    VARIANTS,
)
from commerce.catalogue.product_rows import ProductRow
from commerce.inserting import core


class Merge:
    """One transaction's worth of rows. `run` once, then read the counts."""

    def __init__(self, session: Session, rows: Sequence[ProductRow], now: datetime) -> None:
        self._session = session
        self._connection = core(session)
        self._rows = rows
        self._now = now
        self._products: dict[Name, ProductDraft] = {}
        self._homes: dict[str, ProductDraft] = {}
        self._freight: dict[str, int] = {}
        self.created = self.updated = self.unchanged = 0

    def run(self) -> None:
        """Read what the rows touch, merge, and write what differs."""
        self._load()
        before = [self._as_told(row) for row in self._rows]
        for row in self._rows:
            self._take(row)
        # Counted at the end: of two rows that disagree on their product, the later one stands.
        for row, told in zip(self._rows, before, strict=True):
            self._count(told, self._as_told(row))
        touched = self._save_products()
        touched |= self._save_variants()
        mark_for_indexing(self._session, touched)

    def _load(self) -> None:
        """The products that rows name, or whose variants they name, with all their variants."""
        skus = [row.sku for row in self._rows]
        titles = list({row.title for row in self._rows})
        homes = self._connection.execute(HOMES, {"skus": skus}).scalars().all()
        wanted = PRODUCT.c.title.in_(titles) | PRODUCT.c.id.in_(set(homes))
        if any(row.freight for row in self._rows):
            templates = select(FREIGHT.c.name, FREIGHT.c.id)
            self._freight = {row.name: row.id for row in self._connection.execute(templates)}
        by_id: dict[int, ProductDraft] = {}
        for row in self._connection.execute(PRODUCTS.where(wanted)):
            product = ProductDraft(
                name=(row.title, row.brand or ""),
                category=row.category or "",
                picture=row.picture,
                id=row.id,
                on_sale=row.on_sale,
                freight_template_id=row.freight_template_id,
            )
            product.stored = (
                product.category,
                row.attributes,
                row.picture,
                row.on_sale,
                row.freight_template_id,
            )
            by_id[row.id] = self._products[product.name] = product
        if not by_id:
            return
        of_products = VARIANTS.where(VARIANT.c.product_id.in_(list(by_id)))
        for row in self._connection.execute(of_products):
            self._load_variant(by_id[row.product_id], row)

    def _load_variant(self, product: ProductDraft, row: Any) -> None:
        assert product.stored is not None  # noqa: S101 - it was loaded
        product.variants[row.sku] = VariantDraft(
            sku=row.sku,
            attributes={**product.stored[1], **row.attributes},
            price=row.price,
            stock=row.stock,
            picture=row.picture or product.picture,
            weight=row.weight,
            volume=row.volume,
            id=row.id,
            stored_stock=row.stock,
            stored=tuple(getattr(row, name) for name in VARIANT_COLUMNS),
        )
        self._homes[row.sku] = product

    def _take(self, row: ProductRow) -> None:
        """Merge one row into the products."""
        home = self._homes.get(row.sku)
        brand = row.brand or (home.name[1] if home else "")
        product = self._products.setdefault((row.title, brand), ProductDraft((row.title, brand)))
        if home is None:
            product.variants[row.sku] = VariantDraft(row.sku)
        elif home is not product:
            product.variants[row.sku] = home.variants.pop(row.sku)
            # Renamed away: a product without variants is not sold.
            home.on_sale = home.on_sale and bool(home.variants)
        product.on_sale = product.on_sale or home is not product
        product.category = row.category or product.category
        product.freight_template_id = self._freight.get(row.freight, product.freight_template_id)
        variant = product.variants[row.sku]
        variant.attributes = dict(row.attributes) or variant.attributes
        variant.price = row.price
        variant.stock = variant.stock if row.stock is None else row.stock
        variant.picture = row.image or variant.picture
        variant.weight = variant.weight if row.weight is None else row.weight
        variant.volume = variant.volume if row.volume is None else row.volume
        self._homes[row.sku] = product

    def _count(self, before: object, after: object) -> None:
        if before is None:
            self.created += 1
        elif before == after:
            self.unchanged += 1
        else:
            self.updated += 1

    def _as_told(self, row: ProductRow) -> object:
        """The row's variant as a file would tell it; None while there is none."""
        product = self._homes.get(row.sku)
        if product is None:
            return None
        variant = product.variants[row.sku]
        return (
            product.name,
            product.category,
            variant.attributes,
            variant.price,
            variant.stock,
            variant.picture,
            (variant.weight, variant.volume, product.freight_template_id),
        )

    def _save_products(self) -> set[int]:
        """Write products that are new or differ; the ids of those."""
        new = [each for each in self._products.values() if each.id is None]
        changed = [
            each for each in self._products.values() if each.stored and each.stored != _stored(each)
        ]
        brands = self._ids(BRAND, {each.name[1] for each in new})
        categories = self._ids(CATEGORY, {each.category for each in [*new, *changed]})
        if changed:
            self._connection.execute(
                CHANGE_PRODUCT,
                [{"its_id": each.id, **self._columns(each, categories)} for each in changed],
            )
        if new:
            self._add_products(new, brands, categories)
        return {each.id for each in [*new, *changed] if each.id is not None}

    def _add_products(
        self, new: Sequence[ProductDraft], brands: Mapping[str, int], categories: Mapping[str, int]
    ) -> None:
        values = [
            {
                "title": each.name[0],
                "brand_id": brands.get(each.name[1]),
                "sales": 0,
                **self._columns(each, categories),
            }
            for each in new
        ]
        added = self._connection.execute(
            insert(PRODUCT).returning(PRODUCT.c.id, PRODUCT.c.title, PRODUCT.c.brand_id), values
        )
        ids = {(row.title, row.brand_id): row.id for row in added}
        for each in new:
            each.id = ids[each.name[0], brands.get(each.name[1])]

    def _columns(self, product: ProductDraft, categories: Mapping[str, int]) -> dict[str, Any]:
        _, attributes, picture, on_sale, freight_template_id = _stored(product)
        return {
            "category_id": categories.get(product.category),
            "attributes": attributes,
            "picture": picture,
            "on_sale": on_sale,
            "freight_template_id": freight_template_id,
            "updated_at": self._now,
        }

    def _ids(self, table: Table, names: Iterable[str]) -> dict[str, int]:
        """The ids of brands or categories by name; those that are missing are made."""
        wanted = sorted(filter(None, names))
        if not wanted:
            return {}
        known = select(table.c.name, table.c.id).where(table.c.name.in_(wanted))
        found = {row.name: row.id for row in self._connection.execute(known)}
        missing = [{"name": name} for name in wanted if name not in found]
        if missing:
            dialect = postgresql if self._connection.dialect.name == "postgresql" else sqlite
            self._connection.execute(dialect.insert(table).on_conflict_do_nothing(), missing)
            found = {row.name: row.id for row in self._connection.execute(known)}
        return found

    def _save_variants(self) -> set[int]:
        """Write variants that are new or differ, and book their stock; their products' ids."""
        new: list[dict[str, Any]] = []
        changed: list[dict[str, Any]] = []
        booked: list[tuple[str, int | None, int]] = []
        touched: set[int] = set()
        for product in self._products.values():
            shared, picture = product.shared_attributes(), product.shared_picture()
            for variant in product.variants.values():
                columns = _variant_columns(product, variant, shared, picture)
                if variant.stored == tuple(columns.values()):
                    continue
                touched.add(columns["product_id"])
                if variant.id is None:
                    new.append({"sku": variant.sku, "on_sale": True, **columns})
                else:
                    changed.append({"its_id": variant.id, **columns})
                if variant.stock != variant.stored_stock:
                    change = variant.stock - variant.stored_stock
                    booked.append((variant.sku, variant.id, change))
        if changed:
            self._connection.execute(CHANGE_VARIANT, changed)
        self._book(booked, self._add_variants(new))
        return touched

    def _add_variants(self, new: Sequence[Mapping[str, Any]]) -> dict[str, int]:
        if not new:
            return {}
        adding = insert(VARIANT).returning(VARIANT.c.sku, VARIANT.c.id)
        return {row.sku: row.id for row in self._connection.execute(adding, new)}

    def _book(
        self, changes: Sequence[tuple[str, int | None, int]], added: Mapping[str, int]
    ) -> None:
        if changes:
            self._connection.execute(
                insert(MOVEMENT),
                [
                    {
                        "variant_id": variant_id or added[sku],
                        "change": change,
                        "reason": "import" if variant_id else "initial",
                        "at": self._now,
                    }
                    for sku, variant_id, change in changes
                ],
            )


def _stored(product: ProductDraft) -> tuple[Any, ...]:
    return (
        product.category,
        product.shared_attributes(),
        product.shared_picture(),
        product.on_sale,
        product.freight_template_id,
    )


def _variant_columns(
    product: ProductDraft, variant: VariantDraft, shared: Mapping[str, Any], picture: str
) -> dict[str, Any]:
    assert product.id is not None  # noqa: S101 - products are written first
    return {
        "product_id": product.id,
        "attributes": {
            name: value for name, value in variant.attributes.items() if name not in shared
        },
        "price": variant.price,
        "stock": variant.stock,
        "picture": "" if variant.picture == picture else variant.picture,
        "weight": variant.weight,
        "volume": variant.volume,
    }
