"""Codes that say where a customer came from."""
