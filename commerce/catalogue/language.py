"""What search knows of the customers' language, handed in by whoever has the dictionaries."""

from dataclasses import dataclass, field

from commerce.catalogue.meaning import Embed
from commerce.catalogue.mending import Mender, Vocabulary
from commerce.catalogue.reading import Reader
from commerce.catalogue.sounds import Pronounce
from commerce.catalogue.synonyms import Synonyms
from commerce.catalogue.words import Tokenise


@dataclass(frozen=True, slots=True)
class Language:
    """Only the first is needed."""

    tokenise: Tokenise
    pronounce: Pronounce | None = None
    """Without it nothing is found by its sound."""
    synonyms: Synonyms = field(default_factory=Synonyms)
    embed: Embed | None = None
    """Without it words mean only themselves and their synonyms."""
    model: str = ""
    """Which `embed` asks: vectors of two models cannot be compared."""

    def reader(self, vocabulary: Vocabulary) -> Reader:
        """Reads wishes by the words of a catalogue."""
        mender = None
        if self.pronounce is not None:
            mender = Mender(self.tokenise, self.pronounce, vocabulary)
        return Reader(self.tokenise, vocabulary, self.synonyms, mender)
