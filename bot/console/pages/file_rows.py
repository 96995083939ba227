"""Files in which a row is a promotion: read cell by cell, as the console's own lists write them."""

import csv
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto
from pathlib import Path
from typing import Any, Final, TextIO

from aiohttp import web

from bot.console.page import Page
from bot.console.pages.written import find_fen, find_number, minute, moment
from commerce.csv_files import RowFault, open_csv, read_cells
from commerce.errors import InvalidInput, ShopError

MOST_ROWS: Final = 1_000
"""All of a file is written in one transaction, which others wait for."""
BETWEEN: Final = "|"
"""Between the names of a cell."""
WHOLE_ROW: Final = "整行"
YES_OR_NO: Final[Mapping[str, bool]] = {"是": True, "否": False}
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_MOMENT: Final = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T ]+(\d{1,2}):(\d{2})(?::\d{2})?)?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a file; `field` is what the shop's errors call it, `words` what belongs in it."""

    field: str
    title: str
    words: str
    is_required: bool = False
    may_be_emptied: bool = False
    """Whether an empty cell means nothing at all; else it leaves what the shop knows."""


@dataclass(frozen=True, slots=True)
class FileForm:
    """The page on which such a file is handed in. Its first column names what a row is about."""

    title: str
    address: str
    list_address: str
    columns: Sequence[Column]
    example: Sequence[Sequence[str]]
    notes: Sequence[str]
    other_fields: Mapping[str, str] = field(default_factory=dict)
    """Titles by fields of errors that are no column's own."""

    @property
    def header(self) -> tuple[str, ...]:
        """The titles of the columns, in their order."""
        return tuple(each.title for each in self.columns)

    @property
    def titles(self) -> Mapping[str, str]:
        """What people call the field of an error."""
        return {**{each.field: each.title for each in self.columns}, **self.other_fields}

    def row(self, cells: Mapping[str, str]) -> tuple[str, ...]:
        """Cells by field in the order of the columns."""
        return tuple(cells[each.field] for each in self.columns)


class Outcome(Enum):
    """What became of a row."""

    CREATED = auto()
    UPDATED = auto()
    UNCHANGED = auto()


@dataclass(slots=True)
class FileReport:
    """What a file did, counted in rows."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: list[RowFault] = field(default_factory=list)
    """In the order of the file, each with the title of its column."""


@dataclass(frozen=True, slots=True)
class Cells:
    """A row's cells by field. Whatever cannot be read raises InvalidInput naming the field."""

    form: FileForm
    written: Mapping[str, str]

    def over(self, known: Mapping[str, str]) -> "Cells":
        """These cells; for a column that the file has not, or that may not be emptied and is,
        what is known.
        """
        emptied = {each.field for each in self.form.columns if each.may_be_emptied}
        said = {name: cell for name, cell in self.written.items() if cell or name in emptied}
        return Cells(self.form, {**known, **said})

    def text(self, name: str) -> str:
        """The cell; nothing where there is none."""
        return self.written.get(name, "")

    def names(self, name: str) -> list[str]:
        """The names in a cell, between bars, each once."""
        parts = (part.strip() for part in self.text(name).replace("｜", BETWEEN).split(BETWEEN))
        return list(dict.fromkeys(filter(None, parts)))

    def number(self, name: str) -> int | None:
        """A whole number, None for an empty cell."""
        return find_number(self.text(name), self.form.titles[name], name)

    def fen(self, name: str) -> int | None:
        """The fen of an amount in yuan, None for an empty cell."""
        return find_fen(self.text(name), self.form.titles[name], name)

    def choice[T](self, name: str, choices: Mapping[str, T], otherwise: T) -> T:
        """What the cell chooses; `otherwise` where it is empty."""
        written = self.text(name)
        if written and written not in choices:
            words = "或".join(choices)
            raise InvalidInput(f"{self.form.titles[name]}只能写{words}", field=name)
        return choices[written] if written else otherwise

    def moment(self, name: str, known: datetime | None, *, is_end: bool) -> datetime | None:
        """Shanghai's moment to the minute, as the lists write it or as spreadsheets rewrite it.

        An end that is a mere day is the end of that day. The minute of `known` is `known` itself,
        seconds and all.
        """
        written = self.text(name)
        if not written:
            return None
        found = self._moment(name, written, is_end=is_end)
        return known if minute(known) == minute(found) else found

    def _moment(self, name: str, written: str, *, is_end: bool) -> datetime:
        title = self.form.titles[name]
        parts = _MOMENT.fullmatch(written)
        try:
            local = datetime(*(int(part or 0) for part in parts.groups())) if parts else None  # type: ignore[arg-type]  # noqa: DTZ001
        except ValueError:
            local = None
        if parts is None or local is None:
            raise InvalidInput(f"{title}要写成2026-12-01 00:00这样的日期和时间", field=name)
        found = moment(local.isoformat(), title, name)
        return found + timedelta(days=1) if is_end and parts[4] is None else found


def take_rows(form: FileForm, path: Path, take: Callable[[Cells], Outcome]) -> FileReport:
    """Hand each row of a file to `take`, which writes nothing when it raises a ShopError.

    Bad rows are skipped and told. Raises InvalidInput for a file that cannot be read as a whole.
    """
    report = FileReport()
    counts = dict.fromkeys(Outcome, 0)
    lines: dict[str, int] = {}
    for line, cells in _rows(form, path, report):
        try:
            _refuse_control(cells)
            _refuse_second(form, cells, line, lines)
            counts[take(cells)] += 1
        except ShopError as fault:
            name = str(fault.details.get("field", ""))
            title = form.titles.get(name, WHOLE_ROW)
            report.rejected.append(RowFault(line, title, str(fault)))
    report.created, report.updated = counts[Outcome.CREATED], counts[Outcome.UPDATED]
    report.unchanged = counts[Outcome.UNCHANGED]
    report.rejected.sort(key=lambda fault: fault.line)
    return report


def _rows(form: FileForm, path: Path, report: FileReport) -> list[tuple[int, Cells]]:
    required = [each.title for each in form.columns if each.is_required]
    found: list[tuple[int, Cells]] = []
    with open_csv(path) as file:
        titles = _header(file)
        present = [each for each in form.columns if each.title in titles]
        for row in read_cells(file, form.header, required):
            if isinstance(row, RowFault):
                report.rejected.append(RowFault(row.line, WHOLE_ROW, row.message))
            else:
                line, cells = row
                # A spreadsheet may leave out the empty cells at a row's end.
                by_field = {each.field: cells.get(each.title, "") for each in present}
                found.append((line, Cells(form, by_field)))
            if len(found) > MOST_ROWS:
                raise InvalidInput(f"一次最多导入{MOST_ROWS}行，请分成几个文件", field="file")
    return found


def _header(file: TextIO) -> set[str]:
    """The titles in a file's first row; the file stands at its beginning again."""
    try:
        header = next(csv.reader(file), [])
    except csv.Error:
        raise InvalidInput("第一行读不出来，请确认是CSV文件，第一行是表头", field="file") from None
    file.seek(0)
    return {title.strip() for title in header}


def _refuse_control(cells: Cells) -> None:
    for name, cell in cells.written.items():
        if _CONTROL.search(cell):
            raise InvalidInput("有换行或控制字符，请删掉；也请检查引号是否成对", field=name)


def _refuse_second(form: FileForm, cells: Cells, line: int, lines: dict[str, int]) -> None:
    key = form.columns[0]
    first = lines.setdefault(cells.text(key.field), line)
    if first != line:
        message = f"{key.title}和第{first}行一样，请删掉其中一行"
        raise InvalidInput(message, field=key.field)


def show(page: Page, form: FileForm, report: FileReport | None = None) -> web.StreamResponse:
    """Where the file is handed in, and what became of it."""
    return page.html("pages/file_import.html", title=form.title, form=form, report=report)


def example(page: Page, form: FileForm) -> web.StreamResponse:
    """A file with the right columns, to fill in."""
    return page.csv(f"{form.title}模板", form.header, form.example)


def counted(report: FileReport) -> Mapping[str, Any]:
    """What the audit log keeps of it."""
    return {
        "created": report.created,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "rejected": len(report.rejected),
    }
