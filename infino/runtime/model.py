"""The base of every generated model: one table-driven, tolerant reader and writer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, ClassVar, NamedTuple, Self

import attrs

from infino.runtime.errors import ParseError, mismatch
from infino.runtime.read import step


class Field(NamedTuple):
    """How one attribute is spelt on the wire.

    Args:
        attribute: Name of the Python attribute.
        names: Wire spellings, the one that is written first.
        read: Reader of the value.
        read_only: True when only the service sets it; left out of request bodies.
    """

    attribute: str
    names: tuple[str, ...]
    read: Callable[[Any], Any]
    read_only: bool = False


@attrs.define(kw_only=True, repr=False)
class Model:
    """A JSON object with typed, optional fields; what the document does not know is kept."""

    FIELDS: ClassVar[tuple[Field, ...]] = ()
    additional_properties: dict[str, Any] = attrs.field(factory=dict)

    @classmethod
    def from_dict(cls, data: Any) -> Self:
        """Read a decoded JSON object.

        Missing, null and blank fields become None, unknown fields are kept in `additional_properties`.

        Args:
            data: The decoded object.

        Returns:
            The typed model.

        Raises:
            ParseError: If a known field can't be read as its type; its path says where.
        """
        if not isinstance(data, dict):
            raise mismatch("an object", data)
        rest = dict(data)
        known: dict[str, Any] = {}
        for attribute, names, read, _ in cls.FIELDS:
            for name in names:
                if name not in rest:
                    continue
                value = rest[name]
                if value is None:
                    del rest[name]
                    continue
                if attribute in known:
                    continue
                try:
                    known[attribute] = read(value)
                except ParseError as error:
                    if value != "":  # an empty text for a number or a time means that there is none
                        raise error.under(step(name)) from None
                del rest[name]
        return cls(**known, additional_properties=rest)

    def __repr__(self) -> str:
        """Show what is set; values that may hold secrets are masked."""
        shown = []
        for field in attrs.fields(type(self)):
            value = getattr(self, field.name)
            if value is not None and not (field.name == "additional_properties" and not value):
                try:
                    text = field.repr(value) if callable(field.repr) else repr(value)
                except RecursionError:
                    text = "..."
                shown.append(f"{field.name}={text}")
        return f"{type(self).__name__}({', '.join(shown)})"

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object of this model, unknown fields included and None left out.

        Returns:
            A new dict that `from_dict` reads back to an equal model.
        """
        return self._written(with_read_only=True)

    def to_body(self) -> dict[str, Any]:
        """Return the JSON object as a request carries it: without the fields only the service sets.

        Returns:
            A new dict.
        """
        return self._written(with_read_only=False)

    def _written(self, with_read_only: bool) -> dict[str, Any]:
        known = {}
        for attribute, names, _, read_only in self.FIELDS:
            value = getattr(self, attribute)
            if value is not None and (with_read_only or not read_only):
                known[names[0]] = _plain(value, with_read_only)
        return {**_plain(self.additional_properties, with_read_only), **known}


def _plain(value: Any, with_read_only: bool) -> Any:
    if isinstance(value, Model):
        return value._written(with_read_only)
    if isinstance(value, dict):
        return {key: _plain(item, with_read_only) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, with_read_only) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    return value


def masked(value: object) -> str:
    """Return what a repr shows of a field that may hold a secret.

    Args:
        value: The value, which is not shown.

    Returns:
        Stars, or None when there is nothing to hide.
    """
    return "None" if value is None else "****"


def masked_values(value: dict[str, Any]) -> str:
    """Return the repr of a free-form object that may hold secrets: its keys only.

    Args:
        value: The object.

    Returns:
        The keys with stars for values.
    """
    return "{" + ", ".join(f"{key!r}: ****" for key in value) + "}" if value else "{}"


def extras() -> Any:
    """Return the attrs field that keeps what the document does not know."""
    return attrs.field(factory=dict, kw_only=True)


def secret_extras() -> Any:
    """Return the field of unknown data for a model that holds secrets: its values stay out of the repr."""
    return attrs.field(factory=dict, kw_only=True, repr=masked_values)
