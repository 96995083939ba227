"""Rows of a product file, read one by one and checked."""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final, TextIO

from commerce.catalogue.stock import LARGEST_STOCK
from commerce.catalogue.words import bare
from commerce.csv_files import FORMULA_STARTS, RowFault
from commerce.errors import InvalidInput
from commerce.money import fen_from_yuan

COLUMNS: Final = ("sku", "title", "category", "brand", "price", "stock", "attributes", "image")
MORE_COLUMNS: Final = ("weight", "volume", "freight")
"""Read where a file has them: grams and cubic centimetres of a piece, a freight template's name."""
_READ: Final = frozenset((*COLUMNS, *MORE_COLUMNS))
REQUIRED: Final = ("title", "price")
LONGEST: Final = {"sku": 64, "title": 200, "category": 60, "brand": 60, "image": 500}
LARGEST_SIZE: Final = 10_000_000
"""Ten tons, or ten cubic metres."""
SHORT: Final = 60
"""So much fits every column."""

_FORMULA_STARTS: Final = (*FORMULA_STARTS, "|", "%", "＝", "＋", "－", "＠")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_PAIR_ENDS = re.compile("[;；]")
_EQUALS = re.compile("[=＝]")


@dataclass(frozen=True, slots=True)
class ProductRow:
    """One variant as a file gives it. None and "" say nothing: what the shop knows stays."""

    line: int
    sku: str
    """As written, or derived from what names the variant."""
    title: str
    brand: str
    category: str
    price: int
    stock: int | None
    attributes: Mapping[str, str]
    image: str
    weight: int | None = None
    volume: int | None = None
    freight: str = ""


def read_rows(file: TextIO) -> Iterator[ProductRow | RowFault]:
    """Every row of the file, in its order, empty lines left out.

    Raises InvalidInput when the header lacks a required column.
    """
    reader = csv.reader(file)
    columns = _columns(next(reader, []))
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield RowFault(line, "row", f"这一行读不出来（{error}），请检查引号是否成对")
            continue
        if any(cell.strip() for cell in cells):
            yield _row(line, columns, cells)


def _columns(header: list[str]) -> list[str]:
    columns = [name.strip().lower() for name in header]
    missing = [name for name in REQUIRED if name not in columns]
    if missing:
        raise InvalidInput(
            f"表头缺少必填的列：{'、'.join(missing)}；可用的列有{','.join(COLUMNS)}",
            field=missing[0],
        )
    doubled = [name for name in (*COLUMNS, *MORE_COLUMNS) if columns.count(name) > 1]
    if doubled:
        raise InvalidInput(f"表头中{'、'.join(doubled)}出现了不止一次", field=doubled[0])
    return columns


def _row(line: int, columns: list[str], cells: list[str]) -> ProductRow | RowFault:
    if len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
        return RowFault(line, "row", "列数多于表头；值里有逗号时请用双引号括起来")
    written = {
        name: undefused(cell) for name, cell in zip(columns, cells, strict=False) if name in _READ
    }
    try:
        return _checked(line, written)
    except InvalidInput as fault:
        return RowFault(line, str(fault.details["field"]), str(fault))


def _checked(line: int, written: Mapping[str, str]) -> ProductRow:
    for name, value in written.items():
        _check_text(name, value)
    title, brand = _single_spaced(written["title"]), _single_spaced(written.get("brand", ""))
    if not title:
        raise InvalidInput("缺少商品标题，请填写", field="title")
    if not written.get("price"):
        raise InvalidInput("缺少价格，请填写以元为单位的价格，例如19.90", field="price")
    attributes = read_attributes(written.get("attributes", ""))
    return ProductRow(
        line=line,
        sku=written.get("sku", "") or derived_sku(title, brand, attributes),
        title=title,
        brand=brand,
        category=_single_spaced(written.get("category", "")),
        price=fen_from_yuan(written["price"]),
        stock=_stock(written.get("stock", "")),
        attributes=attributes,
        image=written.get("image", ""),
        weight=_size(written.get("weight", ""), "weight", "重量（克）"),
        volume=_size(written.get("volume", ""), "volume", "体积（立方厘米）"),
        freight=_single_spaced(written.get("freight", "")),
    )


def derived_sku(title: str, brand: str, attributes: Mapping[str, str]) -> str:
    """The number of a variant that came without one: the same for the same variant, always."""
    named = [f"{name}={value}" for name, value in sorted(attributes.items())]
    digest = blake2b("|".join([bare(title), bare(brand), *named]).encode(), digest_size=8)
    return f"A{digest.hexdigest().upper()}"


def undefused(cell: str) -> str:
    """A cell without blanks, and without the quote that kept it from being taken for a formula."""
    written = cell.strip()
    is_quoted = written.startswith("'") and written[1:].lstrip().startswith(_FORMULA_STARTS)
    return written[1:].strip() if is_quoted else written


def _check_text(name: str, value: str) -> None:
    if value.isprintable() and len(value) <= SHORT:
        return
    if _CONTROL.search(value):
        raise InvalidInput("含有换行或控制字符，请删除；也请检查引号是否成对", field=name)
    if len(value) > LONGEST.get(name, len(value)):
        raise InvalidInput(f"长度超过{LONGEST[name]}个字，请缩短", field=name)


def _single_spaced(text: str) -> str:
    return " ".join(text.split())


def _stock(written: str) -> int | None:
    if not written:
        return None
    if not (written.isascii() and written.isdigit()) or int(written) > LARGEST_STOCK:
        raise InvalidInput(f"库存“{written[:20]}”须为0到{LARGEST_STOCK}的整数", field="stock")
    return int(written)


def _size(written: str, field: str, name: str) -> int | None:
    if not written:
        return None
    if not (written.isascii() and written.isdigit()) or int(written) > LARGEST_SIZE:
        raise InvalidInput(f"{name}“{written[:20]}”须为0到{LARGEST_SIZE}的整数", field=field)
    return int(written)


def read_attributes(written: str) -> dict[str, str]:
    """`颜色=红;尺码=XL` as names and values. Raises InvalidInput for what is no such pair."""
    attributes: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in _PAIR_ENDS.split(written))):
        name, *values = (part.strip() for part in _EQUALS.split(pair, maxsplit=1))
        if not name or not values or not values[0]:
            raise InvalidInput(f"属性“{pair[:20]}”须写成 名称=值，用分号隔开", field="attributes")
        if name in attributes:
            raise InvalidInput(f"属性“{name}”写了两次，请保留一个", field="attributes")
        attributes[name] = values[0]
    return attributes
