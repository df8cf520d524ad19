"""How a source is to be read, where it does not say so itself."""

from __future__ import annotations

from typing import Any

import attrs

from infino.core.errors import ValidationError


def _flag(_: object, attribute: attrs.Attribute[Any], value: object) -> None:
    if value is not None and not isinstance(value, bool):
        raise ValidationError(f"{attribute.name} must be True, False or None, not {value!r}")


@attrs.frozen
class ReadOptions:
    """The settings for reading one source.

    Args:
        format: Format of a file, or `auto`.
        index: Whether the index of a pandas frame is written, under its name or as `index`; None writes any index
            but a plain count of the rows.
    """

    format: str = "auto"
    index: bool | None = attrs.field(default=None, validator=_flag)
