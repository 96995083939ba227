"""`python -m bot lint`: what a text may not say to customers, before they read it."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from commerce.compliance import Finding, TextKind, told
from commerce.compliance import lint as findings_in
from commerce.errors import InvalidInput


def lint(
    text: Annotated[str, typer.Argument(help="What customers would read.")] = "",
    file: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="One text a line.")
    ] = None,
    kind: Annotated[
        TextKind, typer.Option(help="What it is; a marketing text must tell how to unsubscribe.")
    ] = TextKind.MARKETING,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Find what the rules of advertising and of WeChat do not let pass.

    Places are counted in characters from 0. Ends with status 1 when something must be changed.
    """
    is_blocked = False
    for line, each in enumerate(_texts(text, file), 1):
        for finding in findings_in(each, kind):
            is_blocked = is_blocked or finding.blocks
            _show(finding, line, as_json=as_json)
    if is_blocked:
        raise typer.Exit(1)


def _texts(text: str, file: Path | None) -> Iterator[str]:
    if file is None and not text.strip():
        raise InvalidInput("请写一段文字，或者用--file给一个文件，每行一段", field="text")
    yield from [text] if file is None else file.read_text(encoding="utf-8-sig").splitlines()


def _show(finding: Finding, line: int, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"line": line, **asdict(finding)}, ensure_ascii=False))
        return
    level, style = ("必须改", "red") if finding.blocks else ("请留意", "yellow")
    words = f"第{line}行 第{finding.start}字 {level}（{finding.rule}）：{told(finding)}"
    Console(highlight=False).print(words, style=style, markup=False, soft_wrap=True)
