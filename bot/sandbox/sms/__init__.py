"""Alibaba Cloud's SMS, as far as the shop needs it."""
