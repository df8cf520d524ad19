"""Tells that an id is new without a look at the documents: a set of marks of a dataset's ids, in one array.

There is no index over the ids, so that finding one takes a scan; most writes bring ids that no document has yet. The
place of a mark comes from the lower half of its id's hash and the mark from the upper half; a mark whose place is taken
goes into the next one that is free (linear probing). All ids of a batch go one place further at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import md5

import numpy as np

PLACES_EACH = 2.5
"""Places for each id that there is when a filter is made; few marks then find their place taken."""
FULLEST = 2 / 3
"""The part of its places that may be taken; beyond it marks have far to go, and a new filter should be made."""
LEAST = 50_000
"""Ids that a filter has room for, at the least."""
FREE = np.uint32(0)


class IdFilter:
    """The ids of one dataset, and perhaps some that it had; one new id in a billion is taken for a known one.

    Args:
        count: How many ids there are.

    Examples:
        >>> known = IdFilter()
        >>> known.add(hashes_of(["a"]))
        >>> known.possible(hashes_of(["a", "b"])).tolist()
        [True, False]
    """

    def __init__(self, count: int = 0) -> None:
        self._marks = np.zeros(max(int(count * PLACES_EACH), int(LEAST / FULLEST)), np.uint32)
        self._count = 0

    def has_room(self, count: int = 1) -> bool:
        """Return whether so many more ids may be added; if not, a larger filter must be made."""
        return self._count + count <= len(self._marks) * FULLEST

    def possible(self, hashes: np.ndarray) -> np.ndarray:
        """Return for each hash, as `md5_number_lower` gives it, whether its id may be known; all others are new."""
        places, marks = self._placed(hashes)
        found = np.zeros(len(hashes), np.bool_)
        waiting = np.arange(len(hashes))
        while len(waiting):
            there = self._marks[places]
            same = there == marks
            found[waiting[same]] = True
            further = ~same & (there != FREE)
            places, marks, waiting = self._next(places[further]), marks[further], waiting[further]
        return found

    def add(self, hashes: np.ndarray) -> None:
        """Take in the ids of some hashes, for which there must be room: among places all taken none would be found."""
        assert self.has_room(len(hashes)), f"no room for {len(hashes)} more ids"
        self._count += len(hashes)
        places, marks = self._placed(hashes)
        while len(places):
            free = self._marks[places] == FREE
            self._marks[places[free]] = marks[free]
            further = self._marks[places] != marks  # another one is there, perhaps of these
            places, marks = self._next(places[further]), marks[further]

    def _placed(self, hashes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the place that each hash begins at, and its mark, which is never that of a free place."""
        lower = hashes & np.uint64(0xFFFFFFFF)
        places = (lower * np.uint64(len(self._marks))) >> np.uint64(32)
        return places.astype(np.intp), (hashes >> np.uint64(32)).astype(np.uint32) | np.uint32(1)

    def _next(self, places: np.ndarray) -> np.ndarray:
        following = places + 1
        following[following == len(self._marks)] = 0
        return following


def hashes_of(ids: Sequence[str]) -> np.ndarray:
    """Return the hashes of ids, as the engine's `md5_number_lower` has them."""
    digests = b"".join([md5(id.encode(), usedforsecurity=False).digest()[8:] for id in ids])
    return np.frombuffer(digests, "<u8").astype(np.uint64)
