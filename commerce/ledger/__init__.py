"""The shop's books: append-only double entry for points, experience and money that is owed."""
