"""Conversations as the shop's people see them: the inbox, one conversation, its customer."""
