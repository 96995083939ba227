"""Live streams: when, and what is shown."""
