"""Undoing compression: members that hold nothing, and bodies without their frame."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable

import pytest

from infino.core.compression import decompressed
from infino.core.errors import DecodeError


@pytest.mark.parametrize(("pack", "word"), [(gzip.compress, "gzip"), (zlib.compress, "deflate")])
def test_members_that_hold_nothing_take_no_time_of_their_own(pack: Callable[[bytes], bytes], word: str) -> None:
    looks = 0

    def look() -> None:
        nonlocal looks
        looks += 1

    body = pack(b"") * 5000 + pack(b'{"a":1}')
    assert decompressed(body, word, None, look) == b'{"a":1}'
    assert looks < 2 * 5001 + len(body)


def test_a_deflated_body_may_lack_its_frame() -> None:
    packer = zlib.compressobj(wbits=-15)
    body = packer.compress(b"hello" * 10_000) + packer.flush()
    assert decompressed(body, "deflate", None, lambda: None) == b"hello" * 10_000


def test_more_codings_than_anybody_needs_are_refused_by_name() -> None:
    body = b"hello"
    for _ in range(8):
        body = gzip.compress(body)
    assert decompressed(body, ", ".join(["gzip", "identity"] * 8), None, lambda: None) == b"hello"
    for count in (9, 5000):
        with pytest.raises(DecodeError, match=f"compressed {count:,} times"):
            decompressed(body, ",".join(["gzip"] * count), None, lambda: None)
