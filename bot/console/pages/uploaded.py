"""CSV files that people hand in: read from disk, as the shop's importers want them."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from bot.console.body import UploadedFile
from bot.console.page import Page
from commerce.errors import InvalidInput

LARGEST_CSV: Final = 2 * 1024 * 1024
"""Some ten thousand rows: a larger file goes through the command line."""


async def csv_of(page: Page, field: str = "file") -> UploadedFile:
    """The file that was chosen. Raises InvalidInput for none, TooLarge."""
    found = await page.file(field, LARGEST_CSV)
    if found is None or not found.content.strip():
        raise InvalidInput("请选择要导入的CSV文件", field=field)
    return found


@contextmanager
def on_disk(file: UploadedFile) -> Iterator[Path]:
    """The file's bytes as a file of ours, gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "handed-in.csv")
        path.write_bytes(file.content)
        yield path
