"""What the shop's rows say of how it does: one SQL statement a figure."""
