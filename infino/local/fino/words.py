"""Matching the words of a question with the names of datasets and fields."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import SequenceMatcher

WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?", re.UNICODE)
CLOSE = 0.84  # below this, difflib's ratio pairs words that a person would not


def words(text: str) -> list[str]:
    """The words of a text, lower case, without plural endings."""
    return [singular(word.lower()) for word in WORD.findall(text)]


def singular(word: str) -> str:
    """A word without its English plural ending.

    Example:
        >>> singular("airlines"), singular("cities"), singular("class")
        ('airline', 'city', 'class')
    """
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def name_words(name: str) -> list[str]:
    """The words of a field or dataset name: `dep_delay`, `user.geo.cc` and `depDelay` alike."""
    return words(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).replace("_", " "))


def closeness(asked: str, named: str) -> float:
    """How well one asked word fits one word of a name, 0 to 1; `departure` fits `dep`, `orgin` fits `origin`."""
    if asked == named:
        return 1.0
    shorter, longer = sorted((asked, named), key=len)
    if len(shorter) >= 3 and longer.startswith(shorter):
        return 0.9
    ratio = SequenceMatcher(None, asked, named).ratio()
    return ratio if ratio >= CLOSE and len(shorter) > 3 else 0.0


def name_score(asked: Iterable[str], name: str) -> float:
    """How well a run of asked words fits a whole name: the mean over the longer of the two.

    Example:
        >>> name_score(["departure", "delay"], "dep_delay") > name_score(["departure", "delay"], "arr_delay")
        True
    """
    asked, named = list(asked), name_words(name)
    if not asked or not named:
        return 0.0
    if "".join(asked) == "".join(named):
        return 1.0
    total = sum(max((closeness(word, part) for part in named), default=0.0) for word in asked)
    return total / max(len(asked), len(named))


def best_name(phrase: str, names: Iterable[str], *, least: float = 0.6) -> str | None:
    """The name that a phrase speaks of, or None where none fits well.

    Leading and trailing words that belong to no name ("the", "most") are passed over, longest run first.
    """
    asked = words(phrase)
    candidates = list(names)
    best: tuple[float, int, str] | None = None
    for length in range(min(len(asked), 4), 0, -1):
        for start in range(len(asked) - length + 1):
            run = asked[start : start + length]
            for name in candidates:
                score = name_score(run, name)
                # At the same score the longer run and the earlier one say more about what was meant.
                if score >= least and (best is None or (score, length) > best[:2]):
                    best = (score, length, name)
    return best[2] if best else None
