"""Conversations that people of the shop take over, and give back."""
