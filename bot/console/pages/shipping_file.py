"""The page that ships from a file of tracking numbers, and says of each row what became of it."""

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from aiohttp import web
from sqlmodel import Session

from bot.console.page import Page
from bot.console.pages.shown import actor_of
from bot.console.route import Route
from bot.database import Database
from bot.staff import audit
from bot.staff.audit import Who
from bot.staff.permissions import Permission
from commerce.errors import InvalidInput
from commerce.parcels.bulk import ShippingFileReport, ship_from_file
from commerce.parcels.bulk_rows import COLUMNS
from commerce.parcels.carriers import CARRIERS
from commerce.sealing import Sealer

LARGEST: Final = 2 * 1024 * 1024
FIELDS: Final = {
    "order_no": "订单号",
    "carrier": "快递公司",
    "tracking_no": "运单号",
    "sku": "货号",
    "quantity": "件数",
    "row": "整行",
}
EXAMPLE: Final = (
    ("202611230000000001", "中通快递", "78888888888888", "", ""),
    ("202611230000000002", "顺丰速运", "SF1234567890123", "TX-001-M", "2"),
)
_DIGITS: Final = 16
"""Of a file's digest: enough to tell two files of a day apart."""


@dataclass(frozen=True, slots=True)
class _Upload:
    """A file and whose it is."""

    content: bytes
    who: Who
    actor: str
    now: datetime
    is_rehearsal: bool


async def show(page: Page) -> web.StreamResponse:
    """Where a file is chosen."""
    return page.html("pages/shipping_file.html", report=None, is_rehearsal=False, **_words())


async def example(page: Page) -> web.StreamResponse:
    """A file with the right columns, to fill in."""
    return page.csv("批量发货模板", COLUMNS, EXAMPLE)


async def take(page: Page) -> web.StreamResponse:
    """Ship what the file says, or only say what would happen; bad rows are skipped and told."""
    file, form = await page.file("file", LARGEST), await page.form()
    if file is None:
        raise InvalidInput("请选择一个CSV文件", field="file")
    is_rehearsal = form.get("rehearsal") == "yes"
    upload = _Upload(file.content, page.who, actor_of(page), page.now, is_rehearsal)
    report = await asyncio.to_thread(_ship, page.desk.database, page.desk.sealer, upload)
    page.desk.listeners.wake()
    return page.html(
        "pages/shipping_file.html", report=report, is_rehearsal=is_rehearsal, **_words()
    )


def _ship(database: Database, sealer: Sealer, upload: _Upload) -> ShippingFileReport:
    """Take the file in, some orders a transaction, each with its row of the audit log."""
    digest = sha256(upload.content).hexdigest()[:_DIGITS]

    @contextmanager
    def writing() -> Iterator[Session]:
        with database.writing() as session:
            yield session
            about = {"file": digest}
            audit.note(session, sealer, upload.who, "orders.shipped_by_file", about, upload.now)

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "parcels.csv"
        path.write_bytes(upload.content)
        return ship_from_file(
            writing,
            path,
            actor=upload.actor,
            now=upload.now,
            is_rehearsal=upload.is_rehearsal,
        )


def _words() -> dict[str, Any]:
    return {"columns": FIELDS, "carriers": CARRIERS.values()}


ROUTES: Final = (
    Route("GET", "/orders/shipping-file", Permission.SHIP, show),
    Route("GET", "/orders/shipping-file.csv", Permission.SHIP, example),
    Route("POST", "/orders/shipping-file", Permission.SHIP, take),
)
