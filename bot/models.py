"""Every table of the application, imported so that the metadata knows them."""

from bot import mending_tables, received_media_tables, tables, wecom_events
from bot.console import money_approval
from bot.contacts import tables as contacts
from bot.handover import service_tables as service
from bot.handover import tables as handover
from bot.kf import tables as kf
from bot.notices import tables as notices
from bot.staff import audit_tables, login_tables
from bot.staff import tables as staff
from campaigns import models as campaigns

__all__ = [
    "audit_tables",
    "campaigns",
    "contacts",
    "handover",
    "kf",
    "login_tables",
    "mending_tables",
    "money_approval",
    "notices",
    "received_media_tables",
    "service",
    "staff",
    "tables",
    "wecom_events",
]
