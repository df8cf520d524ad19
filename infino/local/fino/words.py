"""Matching the words of a question with the names of datasets and fields: exactly, or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?", re.UNICODE)
SHORT_FORMS = {
    "acct": "account", "addr": "address", "amt": "amount", "arr": "arrival", "cat": "category", "cust": "customer",
    "dep": "departure", "dept": "department", "desc": "description", "dest": "destination", "dist": "distance",
    "dur": "duration", "lat": "latitude", "lon": "longitude", "lng": "longitude", "msg": "message", "num": "number",
    "prod": "product", "qty": "quantity", "temp": "temperature", "ts": "timestamp", "txn": "transaction",
}  # fmt: skip
"""What names are commonly cut to; a guess by spelling would take an agent for an age."""


def words(text: str) -> list[str]:
    """The words of a text, lower case, in their long form and without plural endings."""
    return [SHORT_FORMS.get(word, word) for word in (singular(found.lower()) for found in WORD.findall(text))]


def singular(word: str) -> str:
    """A word without its English plural ending.

    Examples:
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


def named(asked: Sequence[str], names: Iterable[str]) -> list[str]:
    """The names that some words spell, with or without the gaps between them.

    Examples:
        >>> named(["departure", "delay"], ["arr_delay", "dep_delay"])
        ['dep_delay']
    """
    spelt = "".join(words(" ".join(asked)))
    return [name for name in names if spelt and "".join(name_words(name)) == spelt]
