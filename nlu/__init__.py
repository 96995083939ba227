"""What a sentence means: Rasa beside us, keywords while it is away, numbers by our own rules."""
