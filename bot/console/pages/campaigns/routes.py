"""The routes of campaigns. What is said of customers' money and habits is not for agents."""

from typing import Final

from bot.console.pages.campaigns import (
    acting,
    calendar,
    editing,
    listing,
    picture,
    previewing,
    reporting,
    viewing,
)
from bot.console.route import Route
from bot.staff.permissions import Permission

_EDIT: Final = Permission.EDIT_CAMPAIGNS
_RUN: Final = Permission.RUN_CAMPAIGNS

ROUTES: Final = (
    Route("GET", "/campaigns", _EDIT, listing.show_list),
    Route("POST", "/campaigns", _EDIT, editing.create),
    # Before the page of any campaign by its number.
    Route("GET", "/campaigns/new", _EDIT, editing.show_new),
    Route("GET", "/campaigns/count", _EDIT, editing.count),
    Route("GET", "/campaigns/calendar", _EDIT, calendar.show),
    Route("POST", "/campaigns/preview", _EDIT, previewing.try_preview),
    Route("POST", "/campaigns/tally", _EDIT, previewing.try_tally),
    Route("GET", "/campaigns/{id}", _EDIT, viewing.show),
    Route("POST", "/campaigns/{id}", _EDIT, editing.change),
    Route("GET", "/campaigns/{id}/edit", _EDIT, editing.show_edit),
    Route("GET", "/campaigns/{id}/progress", _EDIT, viewing.show_progress),
    Route("GET", "/campaigns/{id}/tally", _EDIT, previewing.show_tally),
    Route("GET", "/campaigns/{id}/preview", _EDIT, previewing.show_preview),
    Route("GET", "/campaigns/{id}/picture", _EDIT, picture.show),
    Route("POST", "/campaigns/{id}/activate", _RUN, acting.activate),
    Route("POST", "/campaigns/{id}/pause", _RUN, acting.pause),
    Route("POST", "/campaigns/{id}/resume", _RUN, acting.resume),
    Route("POST", "/campaigns/{id}/stop", _RUN, acting.stop),
    Route("POST", "/campaigns/{id}/override", Permission.OVERRIDE_LINT, acting.override),
    Route("POST", "/campaigns/{id}/copy", _EDIT, acting.copy),
    Route("POST", "/campaigns/{id}/discard", _EDIT, acting.discard),
    Route("POST", "/campaigns/{id}/runs/{run}/pause", _RUN, acting.pause_run),
    Route("POST", "/campaigns/{id}/runs/{run}/resume", _RUN, acting.resume_run),
    Route("POST", "/campaigns/{id}/runs/{run}/stop", _RUN, acting.stop_run),
    Route("GET", "/campaigns/{id}/report", _EDIT, reporting.show),
    Route("GET", "/campaigns/{id}/report/charts", _EDIT, reporting.show_charts),
    Route("GET", "/campaigns/{id}/report.csv", Permission.EXPORT, reporting.export),
    Route("GET", "/cohorts", _EDIT, reporting.show_cohorts),
    Route("GET", "/cohorts/charts", _EDIT, reporting.show_cohort_charts),
    Route("GET", "/cohorts.csv", Permission.EXPORT, reporting.export_cohorts),
)
