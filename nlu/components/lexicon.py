"""The one dictionary that all components of this process share."""

from __future__ import annotations

from functools import lru_cache

from nlu.dictionary import Dictionary


@lru_cache(maxsize=1)
def shared_dictionary() -> Dictionary:
    """Loaded on first use; every component calls `refresh()` before it reads."""
    return Dictionary()
