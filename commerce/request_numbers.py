"""Numbers by which a customer and the shop's people speak of a request."""

import secrets
from datetime import datetime
from typing import Final

from commerce.shanghai import SHANGHAI

TRIES: Final = 5
"""Among a million numbers a day, so many draws find a free one."""
_TAIL_DIGITS: Final = 6


def new_request_no(letters: str, now: datetime) -> str:
    """Two letters, the day in Shanghai, six digits by chance: `SH261123004211`."""
    tail = secrets.randbelow(10**_TAIL_DIGITS)
    return f"{letters}{now.astimezone(SHANGHAI):%y%m%d}{tail:0{_TAIL_DIGITS}d}"
