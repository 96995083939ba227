"""CSV files as shop's people save them: in whatever encoding, with whatever Excel did to them."""

import codecs
import csv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO

from commerce.errors import InvalidInput

ENCODINGS: Final = ("utf-8-sig", "gb18030")
BLOCK: Final = 1 << 20
FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet take a cell for a formula (OWASP CSV Injection)."""


@dataclass(frozen=True, slots=True)
class RowFault:
    """Why a row was skipped, and how to mend it, in Chinese."""

    line: int
    """Where the row begins in the file; the header is line 1."""
    field: str
    message: str


@contextmanager
def open_csv(path: Path) -> Iterator[TextIO]:
    """A file as text, whether UTF-8 or GB18030. Raises InvalidInput for other encodings."""
    with path.open(encoding=encoding_of(path), newline="") as file:
        yield file


def encoding_of(path: Path) -> str:
    """The first of ENCODINGS in which the whole file can be read. Raises InvalidInput."""
    for encoding in ENCODINGS:
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            with path.open("rb") as file:
                while block := file.read(BLOCK):
                    decoder.decode(block)
                decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    raise InvalidInput("文件编码无法识别，请另存为UTF-8或GB18030编码的CSV", field="file")


def read_cells(
    file: TextIO, columns: Sequence[str], required: Sequence[str]
) -> Iterator[tuple[int, Mapping[str, str]] | RowFault]:
    """Each row's line and its cells by column, stripped; empty lines are left out.

    A quote that a spreadsheet or `defused` put before a cell is taken off. Raises InvalidInput
    when the header lacks a required column or holds one twice.
    """
    reader = csv.reader(file)
    header = _header(next(reader, []), columns, required)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield RowFault(line, "row", f"这一行读不出来（{error}），请检查引号是否成对")
            continue
        if not any(cell.strip() for cell in cells):
            continue
        if any(cell.strip() for cell in cells[len(header) :]):
            yield RowFault(line, "row", "列数多于表头；值里有逗号时请用双引号括起来")
            continue
        named = zip(header, cells, strict=False)
        yield line, {name: cell.strip().removeprefix("'") for name, cell in named}


def defused(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell


def _header(written: Sequence[str], columns: Sequence[str], required: Sequence[str]) -> list[str]:
    header = [name.strip().lower() for name in written]
    missing = [name for name in required if name not in header]
    if missing:
        raise InvalidInput(
            f"表头缺少必填的列：{'、'.join(missing)}；可用的列有{','.join(columns)}",
            field=missing[0],
        )
    doubled = [name for name in columns if header.count(name) > 1]
    if doubled:
        raise InvalidInput(f"表头中{'、'.join(doubled)}出现了不止一次", field=doubled[0])
    return header
