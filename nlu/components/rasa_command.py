"""Rasa's command line with the token taken from the environment, where `ps` does not show it."""

from __future__ import annotations

import os
import runpy
import sys
import warnings

TOKEN_VARIABLE = "ZHANGGUI_RASA_TOKEN"  # noqa: S105 - its name


def token_arguments(token: str) -> list[str]:
    """The token in one word with its option: it may begin with a hyphen itself."""
    return [f"--auth-token={token}"] if token else []


def main() -> None:
    """Run `rasa` with our arguments."""
    # Rasa warns about what it does itself: deprecated calls, a solver stopped at max_iter.
    warnings.simplefilter("ignore")
    token = os.environ.pop(TOKEN_VARIABLE, "")
    sys.argv = ["rasa", *sys.argv[1:], *token_arguments(token)]
    runpy.run_module("rasa", run_name="__main__")


if __name__ == "__main__":
    main()
