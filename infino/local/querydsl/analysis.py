"""The standard analyser: words in lower case, the same in Python, in the text index and in highlights."""

from __future__ import annotations

import re
from collections.abc import Iterator

WORD_PATTERN = r"\w+(['.]\w+)*"
WORD = re.compile(WORD_PATTERN)


def words(text: str) -> list[str]:
    """Return the tokens of a text.

    Examples:
        >>> words("Don't panic, v2.1!")
        ["don't", 'panic', 'v2.1']
    """
    return [found[0].lower() for found in WORD.finditer(text)]


def spans(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield (start, end, token) of each token of a text."""
    for found in WORD.finditer(text):
        yield found.start(), found.end(), found[0].lower()
