"""Distribution (分销): who brought a customer, and what they earn for it."""
