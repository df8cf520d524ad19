"""The base of every generated model: one table-driven, tolerant reader and writer."""

from __future__ import annotations

import sys
from base64 import b64encode
from collections.abc import Callable
from datetime import date, time
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple, Self
from uuid import UUID

import attrs

from infino.core.redaction import safe_repr
from infino.runtime.call import UNSET
from infino.runtime.read import read_fields


def plain(value: Any) -> Any:
    """Return the JSON form of a scalar, and anything else as it is."""
    if value is None or isinstance(value, str | bool | int | float):
        return value.value if isinstance(value, Enum) else value
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return b64encode(value).decode("ascii")
    return value.value if isinstance(value, Enum) else value


_EVOLVE: Final = attrs.evolve.__code__
"""It copies every field by its name, and would turn what was not given into null."""


class WireField(NamedTuple):
    """How one attribute is spelt on the wire: the first name is written, and each is read."""

    attribute: str
    names: tuple[str, ...]
    read: Callable[[Any], Any]
    read_only: bool = False
    required: bool = False


def extras() -> Any:
    """Return the attrs field that keeps what the document does not know."""
    return attrs.field(factory=dict, converter=dict, kw_only=True)


@attrs.define(kw_only=True, repr=False, eq=False, getstate_setstate=False)
class Model:
    """A JSON object with typed fields; what the document does not know is kept.

    A field that was not given reads as None and is not written; a field that was set to None is written as null.
    """

    FIELDS: ClassVar[tuple[WireField, ...]] = ()
    CONSTANTS: ClassVar[tuple[tuple[str, Any], ...]] = ()
    PLACE: ClassVar[tuple[str, ...]] = ()
    additional_properties: dict[str, Any] = extras()  # noqa: RUF009 - a field of attrs is not a default

    def __attrs_post_init__(self) -> None:
        # What was not given has no value at all, so that None can mean null.
        for field in self.FIELDS:
            if getattr(self, field.attribute) is UNSET:
                delattr(self, field.attribute)

    if not TYPE_CHECKING:  # checkers know the fields, and would take any other name for one

        def __getattr__(self, name: str) -> Any:
            """Answer for fields that were not given, which have no value of their own."""
            # Python comes here only for attributes without a value, so that what was given costs nothing.
            for field in type(self).FIELDS:
                if field.attribute == name:
                    # `attrs.evolve` reads each attribute to hand it to the new object; UNSET means "not given" there.
                    if sys._getframe(1).f_code is _EVOLVE:
                        return UNSET
                    if field.required:
                        raise AttributeError(f"{type(self).__name__}.{name} was not given; the service sets it")
                    return None
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    @classmethod
    def from_dict(cls, data: Any) -> Self:
        """Read a decoded JSON object.

        Missing fields are not set, null and blank ones become None, unknown ones are kept in `additional_properties`.

        Args:
            data: The decoded object.

        Returns:
            The typed model.

        Raises:
            ParseError: If a field that every such object needs is missing, or a known field can't be read as its type;
                its path says where.
        """
        return read_fields(cls, data, is_answer=False)

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Read a JSON object from its text.

        Args:
            text: The text, as `to_json` writes it.

        Returns:
            The typed model.

        Raises:
            ValueError: If it is not JSON, or a known field can't be read as its type.
        """
        from infino.core import codec

        return cls.from_dict(codec.loads(text))

    def _given(self) -> list[tuple[WireField, Any]]:
        """List the fields that were given, None included."""
        found = []
        for field in self.FIELDS:
            try:
                found.append((field, object.__getattribute__(self, field.attribute)))
            except AttributeError:
                continue
        return found

    def _fit(self) -> tuple[int, ...]:
        """Tell how much of the object that this was read from is known, for choosing a member of a union."""
        for attribute, value in self.CONSTANTS:
            if getattr(self, attribute) != value:
                return (-1, 0)
        # Between an exact scalar (3) and a converted one (1); known fields count for it, unknown ones against it.
        return (2, len(self._given()) - len(self.additional_properties))

    def __eq__(self, other: object) -> bool:
        """Compare what is there; null is there, and what was not given is not."""
        if not isinstance(other, Model) or type(other) is not type(self):
            return NotImplemented
        return self._given() == other._given() and self.additional_properties == other.additional_properties

    __hash__ = None  # type: ignore[assignment]  # what can be changed has no hash

    def __repr__(self) -> str:
        """Show what was given, null included; values that may hold secrets are masked."""
        given, shown = {field.attribute for field, _ in self._given()}, []
        for field in attrs.fields(type(self)):
            value = getattr(self, field.name, None)
            if field.name in given or value:
                text = field.repr(value) if callable(field.repr) else safe_repr(value)
                shown.append(f"{field.name}={text}")
        return f"{type(self).__name__}({', '.join(shown)})"

    def __replace__(self, **changes: Any) -> Self:
        """Return a copy with other values, for `copy.replace`; what was not given stays so.

        Args:
            changes: Values by attribute.
        """
        given = {field.attribute: value for field, value in self._given()}
        return type(self)(**{"additional_properties": self.additional_properties, **given, **changes})

    def __getstate__(self) -> dict[str, Any]:
        """Return what was given, so that a copy knows it too."""
        given = {field.attribute: value for field, value in self._given()}
        return {"additional_properties": self.additional_properties, **given}

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            object.__setattr__(self, name, value)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object of this model, unknown fields included and fields that were not given left out.

        Returns:
            A new dict that `from_dict` reads back to an equal model.
        """
        return self._written(with_read_only=True)

    def to_json(self) -> str:
        """Return the JSON text of this model.

        Returns:
            Compact JSON that `from_json` reads back to an equal model.
        """
        from infino.core import codec

        return codec.dumps(self.to_dict()).decode()

    def to_body(self) -> dict[str, Any]:
        """Return the JSON object as a request carries it: without the fields only the service sets.

        Returns:
            A new dict.
        """
        return self._written(with_read_only=False)

    @classmethod
    def json_schema(cls) -> dict[str, Any]:
        """Return the JSON Schema of this model, with the definitions that it needs.

        Returns:
            A new dict in the 2020-12 dialect.
        """
        from infino.runtime.schema import schema_of

        return schema_of(cls.PLACE)

    def _written(self, with_read_only: bool) -> dict[str, Any]:
        known = {
            field.names[0]: _plain(value, with_read_only)
            for field, value in self._given()
            if with_read_only or not field.read_only
        }
        # Known fields last: they win should an unknown one have the same name.
        return {**_plain(self.additional_properties, with_read_only), **known}


def _plain(value: Any, with_read_only: bool) -> Any:
    if isinstance(value, Model):
        return value._written(with_read_only)
    if isinstance(value, dict):
        return {key: _plain(item, with_read_only) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, with_read_only) for item in value]
    return plain(value)


def masked(value: object) -> str:
    """Return what a repr shows of a field that may hold a secret."""
    return "None" if value is None else "****"


def masked_values(value: dict[str, Any]) -> str:
    """Return the repr of a free-form object that may hold secrets: its keys only."""
    return "{" + ", ".join(f"{key!r}: ****" for key in value) + "}" if value else "{}"


def optional(secret: bool = False) -> Any:
    """Return the attrs field of something that need not be given."""
    return attrs.field(default=UNSET, repr=masked if secret else True)


def always(secret: bool = False) -> Any:
    """Return the attrs field of something that every answer carries and every object needs."""
    return attrs.field(repr=masked if secret else True)


def secret_extras() -> Any:
    """Return the field of unknown data for a model that holds secrets: its values stay out of the repr."""
    return attrs.field(factory=dict, converter=dict, kw_only=True, repr=masked_values)
