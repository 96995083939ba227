"""The shop's people: who they are, what they may do, whether they take customers now."""
