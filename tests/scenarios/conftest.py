"""The run's one Rasa, for the scenarios that need it."""

from tests.nlu.rasa_fixture import (  # noqa: F401 - fixtures and hooks of this folder
    pytest_collection_finish,
    pytest_unconfigure,
    rasa_server,
)
