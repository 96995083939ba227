"""Fetching what was bought at one of the shop's stores."""
