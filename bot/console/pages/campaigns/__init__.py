"""Pages of campaigns: planning them, letting them run, and what they brought."""
