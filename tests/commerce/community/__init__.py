"""Customer groups: mirrored, filed under tags, led into and greeted."""
