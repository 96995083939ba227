"""`ship-orders`: a file of tracking numbers, taken in with its progress shown."""

from pathlib import Path
from typing import Final

from rich.progress import Progress

from bot.clock import SystemClock
from bot.database import Database
from bot.settings import Settings
from commerce.parcels.bulk import ShippingFileReport, ship_from_file, write_rejected

ACTOR: Final = "agent:cli"


def ship_file(
    settings: Settings,
    path: Path,
    progress: Progress,
    *,
    is_rehearsal: bool,
    rejected_path: Path | None = None,
) -> ShippingFileReport:
    """Enter the parcels of a file; what was skipped is written to `rejected_path` as well.

    Customers are told, and WeChat is, by the shop's own background work. Raises InvalidInput when
    the file as a whole cannot be read.
    """
    task = progress.add_task(f"发货 {path.name}", total=None)
    database = Database(settings.database_url)
    try:
        report = ship_from_file(
            database.writing,
            path,
            actor=ACTOR,
            now=SystemClock(settings.clock_offset_file).now(),
            is_rehearsal=is_rehearsal,
            on_progress=lambda done, all_of_it: progress.update(
                task, completed=done, total=all_of_it
            ),
        )
    finally:
        database.close()
    progress.update(task, completed=1, total=1)
    if rejected_path is not None and report.rejected:
        write_rejected(path, rejected_path, report.rejected)
    return report
