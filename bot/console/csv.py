"""Tables for spreadsheets: no cell is taken for a formula, no long number loses its digits."""

import io
import re
from collections.abc import Iterable, Sequence
from typing import Final
from urllib.parse import quote

from aiohttp import web
from defusedcsv import csv as defused  # type: ignore[import-untyped]

BYTE_ORDER_MARK: Final = "\ufeff"
LONGEST_NUMBER: Final = 11
"""Digits from which spreadsheets round or write 1.3E+10: phones, order and tracking numbers."""
_LEADS: Final = (*"=+-@\t\r\n|%", *"＝＋－＠")
_BLANK: Final = " \u3000\u00a0\ufeff"
_NUMBER: Final = re.compile(r"-?[0-9][0-9.,]{0,14}")


def table_of(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """The table as a CSV file in UTF-8 that spreadsheets recognise."""
    written = io.StringIO()
    writer = defused.writer(written)
    writer.writerow(header)
    writer.writerows([neutral(cell) for cell in row] for row in rows)
    return (BYTE_ORDER_MARK + written.getvalue()).encode()


def neutral(cell: object) -> str | int | float:
    """A cell as a spreadsheet may have it: numbers as they are, words as nothing but words."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, int | float):
        return cell
    said = str(cell)
    if said.isascii() and said.isdigit() and len(said) >= LONGEST_NUMBER:
        return f"{said}\t"  # A tab behind: shown whole, and stripped by every import of ours.
    if _NUMBER.fullmatch(said):
        return said
    # Some trim what comes before a formula, some read full-width letters as ASCII ones.
    if said.startswith(_LEADS) or said.lstrip(_BLANK).startswith(_LEADS):
        return f"'{said}"
    return said


def attachment(name: str, content: bytes, content_type: str) -> web.Response:
    """A file to save, never to show."""
    return web.Response(
        body=content,
        content_type=content_type,
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"},
    )
