"""The mini-program's JSON API: one table of endpoints, from which it is served and described."""
