"""Every table of the application, imported so that the metadata knows them."""

from bot import tables
from bot.handover import tables as handover
from bot.staff import tables as staff

__all__ = ["handover", "staff", "tables"]
