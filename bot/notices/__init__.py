"""Notices outside of every chat: templates, and how often a customer has allowed each."""
