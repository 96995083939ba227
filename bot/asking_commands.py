"""`python -m bot search` and `parse`: what a customer's words lead to."""

import asyncio
import json
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from bot.logs import configure_logs
from bot.settings import Settings, load_settings

Limit = Annotated[int, typer.Option(min=1, max=100, help="How many products at most.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
KeywordOnly = Annotated[bool, typer.Option("--keyword-only", help="Do without Rasa.")]
Lines = Annotated[
    Path | None, typer.Option("--file", exists=True, dir_okay=False, help="One text a line.")
]

console = Console(stderr=True)


def search(
    query: Annotated[str, typer.Argument(help="What a customer would write.")] = "",
    limit: Limit = 10,
    as_json: AsJson = False,
    file: Lines = None,
    keyword_only: KeywordOnly = False,
) -> None:
    """What a customer would be shown for a text, filters included."""
    from bot.asking import search_products  # noqa: PLC0415 - as in bot.cli

    results = _ask(search_products(_start(), _texts_of(query, file), limit, keyword_only))
    for found in results:
        if file is not None:
            _print_line(found)
            continue
        if not found:
            console.print("Nothing found.")
        for product in found:
            if as_json:
                _print_line(product)
            else:
                typer.echo(f"{product['sku']}\t{product['title']}\t¥{product['price_fen'] / 100:g}")


def parse(
    text: Annotated[str, typer.Argument(help="What a customer would write.")] = "",
    as_json: AsJson = False,
    file: Lines = None,
    keyword_only: KeywordOnly = False,
) -> None:
    """What the bot understands: intent, confidence, entities, source."""
    from bot.asking import parse_texts  # noqa: PLC0415 - as in bot.cli

    for understood in _ask(parse_texts(_start(), _texts_of(text, file), keyword_only)):
        if as_json or file is not None:
            _print_line(understood)
        else:
            typer.echo(
                f"{understood['intent']} ({understood['confidence']:.2f}, {understood['source']})"
            )
            for name, value in understood["entities"].items():
                typer.echo(f"  {name}: {value}")


def _ask[T](work: Coroutine[Any, Any, T]) -> T:
    """Run what needs Rasa; without it, say so and exit 2."""
    from nlu.errors import NluError  # noqa: PLC0415 - as in bot.cli

    try:
        return asyncio.run(work)
    except NluError as error:
        advice = f"{error}\n--keyword-only does without Rasa."
        console.print(advice, style="red", markup=False, soft_wrap=True)
        raise typer.Exit(2) from error


def _texts_of(text: str, file: Path | None) -> list[str]:
    """The texts to work on: the one given, or the lines of a file."""
    if file is None:
        if not text.strip():
            console.print("Give a text, or --file with one a line.", style="red")
            raise typer.Exit(2)
        return [text]
    try:
        return file.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise typer.BadParameter(f"{file} is not UTF-8 text") from error


def _print_line(value: Any) -> None:
    """One JSON value on a line, readable Chinese."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")


def _start() -> Settings:
    settings = load_settings()
    configure_logs(as_json=settings.environment == "production")
    return settings
