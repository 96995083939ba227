"""Finding the answer to a customer's question among those that the shop has written."""
