"""Every table of campaigns in one place, for migrations and for tests."""

from campaigns import segment_tables, tables
from campaigns.attribution import tables as attribution
from campaigns.journeys import tables as journeys
from campaigns.mass import tables as mass

__all__ = ["attribution", "journeys", "mass", "segment_tables", "tables"]
