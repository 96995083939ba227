"""Our parts of Rasa's pipeline; they run on Python 3.10 inside Rasa."""
