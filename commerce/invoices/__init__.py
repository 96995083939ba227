"""Invoices for what was paid."""
