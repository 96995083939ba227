"""How well the shop's search ranks: a made-up town of goods, and what customers ask for there."""
