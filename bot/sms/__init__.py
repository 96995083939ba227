"""SMS of service: what a customer has to know and no app may tell them."""
