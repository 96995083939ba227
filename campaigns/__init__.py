"""Group-buys, segments and messages to many: what the shop says unasked."""
