"""The documents that were shown last; a number names one write for ever, so that they need no looking after."""

from __future__ import annotations

import sys
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping

MOST = 16 * 1024**2
"""Bytes that they may take together."""
PAGE = 100
"""Documents of one page; who asks for longer ones reads everything, and once."""
LONGEST = MOST // 64
"""Bytes of one; a longer one would drive out too many others."""
Text = tuple[str, str]
"""The id of a document, and its text."""


class ShownDocuments:
    """The ids and texts of committed documents, by the dataset and the number of the write.

    Args:
        most: Bytes that they may take.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most, self._taken = most, 0
        self._held: OrderedDict[tuple[str, int], Text] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, uuid: str, numbers: Iterable[int]) -> dict[int, Text]:
        """Return those of some documents that are held."""
        found: dict[int, Text] = {}
        with self._lock:
            for number in numbers:
                held = self._held.get((uuid, number))
                if held is not None:
                    found[number] = held
                    self._held.move_to_end((uuid, number))
        return found

    def keep(self, uuid: str, page: Mapping[int, Text]) -> None:
        """Hold the documents of a page, and let go of those that were not shown for the longest time."""
        if len(page) > PAGE:
            return
        with self._lock:
            for number, text in page.items():
                size = size_of(text)
                if size > LONGEST or (uuid, number) in self._held:
                    continue
                self._held[(uuid, number)] = text
                self._taken += size
            while self._taken > self._most:
                _, text = self._held.popitem(last=False)
                self._taken -= size_of(text)

    def __len__(self) -> int:
        return len(self._held)


def size_of(text: Text) -> int:
    """Return about how many bytes a held document takes."""
    return sum(map(sys.getsizeof, text)) + 250
