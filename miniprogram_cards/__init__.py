"""Things of the shop as mini-program cards, and as the payload of each channel."""
