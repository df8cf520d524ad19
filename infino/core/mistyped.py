"""What is said of an argument that a function does not take."""

from __future__ import annotations

from collections.abc import Iterable


def unexpected(function: str, name: str, known: Iterable[str]) -> TypeError:
    """Return the error of a keyword argument that is not known, with the one that was likely meant."""
    from difflib import get_close_matches  # slow to import, and of use to a mistake alone

    likely = get_close_matches(name, list(known), 1)
    hint = f"; did you mean {likely[0]!r}?" if likely else ""
    return TypeError(f"{function}() got an unexpected keyword argument {name!r}{hint}")
