"""The shop with slow parts: `python -m tests.faults.slow_bot PART SECONDS serve --no-sandbox`.

PART is `handler`: answering a thank-you takes that long; or `claim`: so does claiming a passive
reply.
"""

import sys
import time
from collections.abc import Callable
from typing import Any

from bot import cli, outbox
from bot.router import Router


def delayed[**P, T](function: Callable[P, T], seconds: float, when: str = "") -> Callable[P, T]:
    """The function, slower where its last argument is a turn with the words `when`."""

    def slow(*args: P.args, **kwargs: P.kwargs) -> T:
        subject: Any = args[-1]
        if not when or when in subject.text:
            time.sleep(seconds)
        return function(*args, **kwargs)

    return slow


def main() -> None:
    """Serve, slowly."""
    part, seconds = sys.argv[1], float(sys.argv[2])
    del sys.argv[1:3]
    if part == "handler":
        Router.answer = delayed(Router.answer, seconds, "谢谢")  # type: ignore[method-assign]
    else:
        outbox.claim_passive = delayed(outbox.claim_passive, seconds)
    cli.app()


if __name__ == "__main__":
    main()
