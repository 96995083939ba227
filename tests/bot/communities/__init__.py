"""Customer groups at the shop's edge: events, answers, codes, welcomes."""
