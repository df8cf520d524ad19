"""Tells that an id is new without a look at the documents: a Bloom filter over the hashes of a dataset's ids.

There is no index over the ids, so that finding one takes a scan; most writes bring ids that no document has yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import md5

import numpy as np

BITS = 24
"""For each id; with as many probes as below, one new id in 25,000 is taken for a known one when the filter is full."""
PROBES = 8
LEAST = 50_000
"""Ids that a filter has room for, at the least."""


class IdFilter:
    """The ids of one dataset, and perhaps some that it had.

    Args:
        hashes: The hash of each id, as `md5_number_lower` gives it.

    Examples:
        >>> known = IdFilter(np.empty(0, np.uint64))
        >>> known.add(hashes_of(["a"]))
        >>> known.possible(hashes_of(["a", "b"])).tolist()
        [True, False]
    """

    def __init__(self, hashes: np.ndarray) -> None:
        self._room = max(LEAST, 2 * len(hashes))
        self._bits = np.zeros(self._room * BITS // 8, np.uint8)
        self._count = 0
        self.add(hashes)

    @property
    def full(self) -> bool:
        """Whether it has as many ids as it has room for, so that a new one should be made."""
        return self._count > self._room

    def possible(self, hashes: np.ndarray) -> np.ndarray:
        """Return for each hash whether its id may be known; all others are new."""
        places, marks = self._places(hashes)
        found: np.ndarray = ((self._bits[places] & marks) != 0).all(axis=0)
        return found

    def add(self, hashes: np.ndarray) -> None:
        """Take in the ids of some hashes."""
        for start in range(0, len(hashes), 1_000_000):
            places, marks = self._places(hashes[start : start + 1_000_000])
            np.bitwise_or.at(self._bits, places.ravel(), marks.ravel())
        self._count += len(hashes)

    def _places(self, hashes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the bytes and the bits in them that stand for hashes, a row for each probe."""
        low, high = hashes & np.uint64(0xFFFFFFFF), hashes >> np.uint64(32) | np.uint64(1)
        bits = (low + np.arange(PROBES, dtype=np.uint64)[:, None] * high) % np.uint64(8 * len(self._bits))
        return (bits >> np.uint64(3)).astype(np.intp), np.left_shift(1, bits & np.uint64(7)).astype(np.uint8)


def hashes_of(ids: Sequence[str]) -> np.ndarray:
    """Return the hashes of ids, as the engine's `md5_number_lower` has them."""
    digests = b"".join([md5(id.encode(), usedforsecurity=False).digest()[8:] for id in ids])
    return np.frombuffer(digests, "<u8").astype(np.uint64)
