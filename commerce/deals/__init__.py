"""What an order may be bought under: a group-buy, a flash sale, a bargain."""
