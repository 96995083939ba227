"""The control API: what tests and the page do to the fake world."""
