"""`python -m bot.sandbox keys` and `python -m bot.sandbox serve`."""

from pathlib import Path
from typing import Annotated

import typer
from aiohttp import web
from rich.console import Console

from bot.sandbox.app import MOUNT, create_app
from bot.sandbox.errors import SandboxError
from bot.sandbox.keys import write_keys
from bot.sandbox.settings import DEFAULT_ENV_FILE, SandboxSettings

cli = typer.Typer(help="A fake WeChat platform for development and tests.", no_args_is_help=True)
_console = Console()


@cli.command()
def keys(
    port: Annotated[int, typer.Option(help="Where the bot listens.")] = 8000,
    nlu_port: Annotated[int, typer.Option(help="Where Rasa listens.")] = 5005,
    sandbox_port: Annotated[
        int | None, typer.Option(help="Where a sandbox of its own listens; the bot's port else.")
    ] = None,
    out: Annotated[Path, typer.Option(help="The file to write.")] = DEFAULT_ENV_FILE,
) -> None:
    """Write the identities of the fake platform; secrets that are there already are kept."""
    write_keys(out, port=port, nlu_port=nlu_port, sandbox_port=sandbox_port)
    _console.print(f"sandbox identities in [bold]{out}[/bold]")


@cli.command()
def serve(
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8001,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    env_file: Annotated[Path, typer.Option(help="What `keys` wrote.")] = DEFAULT_ENV_FILE,
) -> None:
    """Serve the platform and its page under /sandbox until interrupted."""
    try:
        root = web.Application()
        root.add_subapp(MOUNT, create_app(SandboxSettings.load(env_file)))
    except SandboxError as error:
        _console.print(f"[red]{error}[/red]")
        raise typer.Exit(2) from error
    _console.print(f"sandbox on [bold]http://{host}:{port}{MOUNT}/[/bold]")
    web.run_app(root, host=host, port=port, print=None, access_log=None)


if __name__ == "__main__":
    cli()
