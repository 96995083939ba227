"""Journeys: steps that follow an event or a day, for one customer or group at a time."""
