"""What a customer's sentence means: Rasa beside us, keywords when it is away, numbers by our own rules."""
