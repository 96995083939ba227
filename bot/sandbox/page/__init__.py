"""The page at `/sandbox/`: a phone with the chat, and a second one with the mini-program."""
