"""What an operator changes of the catalogue by hand; every change is noted for search."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session, col, select

from commerce.catalogue.changes import mark_for_indexing
from commerce.catalogue.merging import Merge
from commerce.catalogue.product_rows import LONGEST, ProductRow, derived_sku
from commerce.catalogue.tables import Brand, Category, Product, Variant
from commerce.errors import InvalidInput, NotFound
from commerce.inserting import id_of, insert_once
from commerce.money import LARGEST_PRICE

NAMES = {"title": "标题", "brand": "品牌", "category": "分类", "sku": "货号"}


@dataclass(frozen=True, slots=True)
class VariantInput:
    """A variant as it is added; without a sku it gets the one that an import would give it."""

    sku: str
    price: int
    stock: int
    attributes: Mapping[str, str] = field(default_factory=dict)


def add_product(
    session: Session, title: str, brand: str, category: str, first: VariantInput, now: datetime
) -> Product:
    """Put a product on sale with its first variant. Raises InvalidInput."""
    title, brand = _named("title", title), _named("brand", brand)
    if _find(session, title, brand) is not None:
        raise InvalidInput("已经有同名同品牌的商品了，请到那款商品里加规格", field="title")
    _merge(session, title, brand, _named("category", category), first, now)
    product = _find(session, title, brand)
    assert product is not None  # noqa: S101 - merged above
    return product


def add_variant(session: Session, product_id: int, added: VariantInput, now: datetime) -> Variant:
    """Add a variant to a product. Raises InvalidInput, NotFound."""
    product = _get(session, product_id)
    was_on_sale, brand = product.on_sale, _brand_of(session, product.brand_id)
    _refuse_same(session, product, added.attributes)
    sku = _merge(session, product.title, brand, "", added, now)
    product = _get(session, product_id)
    product.on_sale = was_on_sale  # A file's new row puts its product on sale; a person decides.
    _keep(session, product, now)
    return session.exec(select(Variant).where(Variant.sku == sku)).one()


def change_product(
    session: Session,
    product_id: int,
    *,
    title: str,
    brand: str,
    category: str,
    is_on_sale: bool,
    freight_template_id: int | None,
    now: datetime,
) -> Product:
    """Rename a product, move it to another shelf, or take it off sale.

    Raises InvalidInput for a name that another one has, NotFound.
    """
    product = _get(session, product_id)
    title, brand = _named("title", title), _named("brand", brand)
    same = _find(session, title, brand)
    if same is not None and same.id != product_id:
        raise InvalidInput("已经有同名同品牌的商品了，换一个标题吧", field="title")
    product.title = title
    product.brand_id = _id_of_name(session, Brand, brand)
    product.category_id = _id_of_name(session, Category, _named("category", category))
    product.on_sale, product.freight_template_id = is_on_sale, freight_template_id
    return _keep(session, product, now)


def change_variant(
    session: Session,
    variant_id: int,
    *,
    price: int,
    attributes: Mapping[str, str],
    is_on_sale: bool,
    now: datetime,
) -> Variant:
    """Change what a variant costs, what it is like, and whether it is sold.

    Orders that are placed keep their price. Raises InvalidInput, NotFound.
    """
    _check_price(price)
    variant = session.get(Variant, variant_id)
    if variant is None:
        raise NotFound("没有这个规格的商品", variant_id=variant_id)
    product = _get(session, variant.product_id)
    _refuse_same(session, product, attributes, but=variant_id)
    brand = _brand_of(session, product.brand_id)
    row = ProductRow(0, variant.sku, product.title, brand, "", price, None, attributes, "")
    Merge(session, [row], now).run()
    session.expire_all()
    variant.on_sale = is_on_sale
    session.add(variant)
    _keep(session, product, now)
    return variant


def set_picture(session: Session, product_id: int, picture: str, now: datetime) -> Product:
    """Show a product by this file of the picture folder. Variants with their own keep it."""
    product = _get(session, product_id)
    product.picture = picture
    return _keep(session, product, now)


def put_on_sale(session: Session, product_id: int, is_on_sale: bool, now: datetime) -> Product:
    """Put a product on sale or take it off. Raises NotFound."""
    product = _get(session, product_id)
    product.on_sale = is_on_sale
    return _keep(session, product, now)


def _merge(
    session: Session, title: str, brand: str, category: str, added: VariantInput, now: datetime
) -> str:
    """Take the variant over as an import would; its sku."""
    _check_price(added.price)
    sku = _named("sku", added.sku) or derived_sku(title, brand, added.attributes)
    if session.exec(select(Variant.id).where(Variant.sku == sku)).first() is not None:
        raise InvalidInput("这个货号已经有了，换一个吧", field="sku")
    row = ProductRow(
        line=0,
        sku=sku,
        title=title,
        brand=brand,
        category=category,
        price=added.price,
        stock=added.stock,
        attributes=added.attributes,
        image="",
    )
    Merge(session, [row], now).run()
    session.expire_all()
    return sku


def _keep(session: Session, product: Product, now: datetime) -> Product:
    product.updated_at = now
    session.add(product)
    session.flush()
    mark_for_indexing(session, [id_of(product)])
    return product


def _get(session: Session, product_id: int) -> Product:
    product = session.get(Product, product_id)
    if product is None:
        raise NotFound("没有这款商品", product_id=product_id)
    return product


def _find(session: Session, title: str, brand: str) -> Product | None:
    of_brand = select(Brand.id).where(Brand.name == brand).scalar_subquery()
    is_its = col(Product.brand_id) == of_brand if brand else col(Product.brand_id).is_(None)
    return session.exec(select(Product).where(Product.title == title, is_its)).first()


def _refuse_same(
    session: Session, product: Product, attributes: Mapping[str, str], but: int = 0
) -> None:
    """Raise InvalidInput when another variant is told apart by the very same."""
    others = select(Variant).where(Variant.product_id == product.id, Variant.id != but)
    for other in session.exec(others):
        if {**product.attributes, **other.attributes} == dict(attributes):
            raise InvalidInput("已经有一样的规格了，请写出和它不同的地方", field="attributes")


def _brand_of(session: Session, brand_id: int | None) -> str:
    found = None if brand_id is None else session.get(Brand, brand_id)
    return "" if found is None else found.name


def _named(field_name: str, written: str) -> str:
    """A name with single blanks. Raises InvalidInput when it is missing or too long."""
    name = " ".join(written.split())
    if not name and field_name == "title":
        raise InvalidInput("请写商品标题", field=field_name)
    if len(name) > LONGEST[field_name] or not name.isprintable():
        longest = LONGEST[field_name]
        raise InvalidInput(f"{NAMES[field_name]}最多{longest}个字，不能换行", field=field_name)
    return name


def _id_of_name(session: Session, table: type[Brand] | type[Category], name: str) -> int | None:
    if not name:
        return None
    insert_once(session, table, name=name)
    return session.exec(select(table.id).where(table.name == name)).one()


def _check_price(price: int) -> None:
    if not 0 < price <= LARGEST_PRICE:
        raise InvalidInput("价格要大于0，最多100万元", field="price")
