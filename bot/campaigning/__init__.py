"""Campaigns at work: their letters into the outbox, their runs by the clock."""
