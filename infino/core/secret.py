"""A value that may be used but not seen."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable
from typing import Any, Final, NoReturn

MASK: Final = "****"
# Drawn as nothing, although Unicode counts them among letters, marks and symbols; all the others do not print.
_BLANK: Final = "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"


def ends_unseen(text: str) -> bool:
    """Tell whether a text begins or ends with a blank, a line break or anything else that nobody sees."""
    ends = text[:1] + text[-1:]
    return any(not end.isprintable() or end.isspace() or re.match(_BLANK, end) for end in ends)


class Secret:
    """Hold a credential so that printing, logging or pickling it cannot give it away.

    Args:
        value: The sensitive text. Another `Secret` is accepted and copied.

    Examples:
        >>> key = Secret("s3cr3t")
        >>> key
        Secret(****)
        >>> key.reveal()
        's3cr3t'
    """

    __slots__ = ("__weakref__", "_reveal")

    def __init__(self, value: str | Secret) -> None:
        text = value.reveal() if isinstance(value, Secret) else value
        if not isinstance(text, str):
            raise TypeError("a Secret holds text")
        # A closure, because tools that print locals and slots then show a function and not the text.
        self._reveal: Callable[[], str] = lambda: text

    def reveal(self) -> str:
        """Return the hidden text; the only way to get at it."""
        return self._reveal()

    def __repr__(self) -> str:
        return f"Secret({MASK})"

    def __str__(self) -> str:
        return f"Secret({MASK})"

    def __format__(self, format_spec: str) -> str:
        return format(str(self), format_spec)

    def __bool__(self) -> bool:
        return bool(self._reveal())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._reveal().encode(), other._reveal().encode())

    def __hash__(self) -> int:
        return hash((Secret, self._reveal()))

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Secret:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret cannot be pickled; pass the credential to the other process another way")
