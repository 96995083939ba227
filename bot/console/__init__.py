"""The console: server HTML in which the shop's people talk with customers and run the shop."""
