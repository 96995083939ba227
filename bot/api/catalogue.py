"""What the shop sells, for the mini-program."""

from typing import Final

from sqlmodel import Session

from bot.api.answers import Categories, Category, Product, ProductDetail, Products, Variant
from bot.api.endpoint import Call, NoBody, NoParameters
from bot.api.pictures import picture_path
from bot.api.requests import ProductFilter, ProductPath
from bot.api.shopfront import Shopfront
from bot.search import ShopSearch
from commerce.catalogue import queries
from commerce.catalogue.views import ProductSummary, ProductView
from commerce.catalogue.wish import ProductWish
from commerce.watching.looking import note_look

PAGE_SIZE: Final = 20


async def list_categories(shop: Shopfront, _: Call[NoParameters, NoBody]) -> Categories:
    """The shelves of the shop."""
    categories = await shop.database.read(queries.list_categories)
    return Categories(items=[Category.model_validate(each) for each in categories])


async def list_products(shop: Shopfront, call: Call[ProductFilter, NoBody]) -> Products:
    """A page of what a customer would be shown for these words."""
    return await shop.database.read(find_products, shop.search, call.parameters)


async def get_product(shop: Shopfront, call: Call[ProductPath, NoBody]) -> ProductDetail:
    """One product with its variants; the caller has looked at it."""

    def open_page(session: Session) -> ProductDetail:
        product = queries.get_product(session, call.parameters.product_id)
        note_look(session, call.caller.present_id(session), product.id, call.now)
        return show_detail(product)

    return await shop.database.write(open_page)


def find_products(session: Session, search: ShopSearch, asked: ProductFilter) -> Products:
    """A page of the products on sale that fit."""
    offset = (asked.page - 1) * PAGE_SIZE
    wish = ProductWish(text=asked.query.strip(), category=asked.category.strip() or None)
    found = search.search(session, wish, limit=PAGE_SIZE, offset=offset)
    return Products(
        items=[show_product(product) for product in found.products],
        next_page=asked.page + 1 if offset + PAGE_SIZE < found.total else None,
    )


def show_product(product: ProductSummary | ProductView) -> Product:
    """A product as a list shows it."""
    return Product(
        id=product.id,
        title=product.title,
        brand=product.brand,
        category=product.category,
        price=product.lowest_price,
        picture=picture_path(product.picture),
        in_stock=product.in_stock,
        sales=product.sales,
    )


def show_detail(product: ProductView) -> ProductDetail:
    """A product as its own page shows it."""
    return ProductDetail(
        **show_product(product).model_dump(),
        attributes=dict(product.attributes),
        variants=[Variant.model_validate(each) for each in product.variants],
    )
