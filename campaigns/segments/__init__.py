"""Who is meant: rules over what the shop knows of its customers, asked in one SQL statement."""
