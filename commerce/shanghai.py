"""The shop's one time zone."""

from datetime import timedelta, timezone
from typing import Final

SHANGHAI: Final = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China has one zone and no summer time; this one needs no zone files on the machine."""
