"""What goes wrong with understanding has one base."""


class NluError(Exception):
    """Base of this package's errors; the message says what to do."""
