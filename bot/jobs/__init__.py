"""What the clock makes happen, once a slot, whichever of the shop's processes does it."""

from bot.jobs.clockwork import Jobs
from bot.jobs.job import Job, SlotJob
from bot.jobs.overdue import Each, Once, SkipAfter
from bot.jobs.rhythms import Daily, Every, Monthly
from bot.jobs.slots import Overtaken, Slot

__all__ = [
    "Daily",
    "Each",
    "Every",
    "Job",
    "Jobs",
    "Monthly",
    "Once",
    "Overtaken",
    "SkipAfter",
    "Slot",
    "SlotJob",
]
