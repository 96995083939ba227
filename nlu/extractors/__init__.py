"""What a customer's own words settle exactly, one kind a file; for Python 3.10 and 3.12 alike."""
