"""How a source is to be read, where it does not say so itself."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal, TypeAlias

import attrs

from infino.core.errors import ValidationError

FORMATS: Final = ("auto", "ndjson", "json", "csv", "tsv", "parquet", "arrow")
TextType = Literal["text", "number", "boolean"]
_Field: TypeAlias = "attrs.Attribute[Any]"


def _flag(_: object, attribute: _Field, value: object) -> None:
    if value is not None and not isinstance(value, bool):
        raise ValidationError(f"{attribute.name} must be True, False or None, not {value!r}")


def _format(_: object, attribute: _Field, value: object) -> None:
    if value not in FORMATS:
        raise ValidationError(f"{attribute.name} must be one of {', '.join(FORMATS)}, not {value!r}")


def _character(_: object, attribute: _Field, value: Any) -> None:
    if not (isinstance(value, str) and len(value) == 1 and value.isascii() and value not in "\r\n"):
        raise ValidationError(f"{attribute.name} must be one character, not {value!r}")


def _encoding(_: object, attribute: _Field, value: Any) -> None:
    try:
        io.TextIOWrapper(io.BytesIO(), value or "utf-8")  # `codecs` also knows what is no encoding of text
    except (LookupError, TypeError):
        raise ValidationError(f"{attribute.name} must name an encoding, such as 'latin-1', not {value!r}") from None


def _count(_: object, attribute: _Field, value: object) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValidationError(f"{attribute.name} must be a whole number of at least 0, not {value!r}")


def _types(_: object, attribute: _Field, value: Any) -> None:
    found = value.values() if isinstance(value, Mapping) else () if value in (None, "text") else ("no",)
    if not set(found) <= {"text", "number", "boolean"}:
        raise ValidationError(
            f"{attribute.name} must be 'text', or say text, number or boolean of columns, not {value!r}"
        )


def _texts(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


def _names(value: Any) -> Any:
    if isinstance(value, str):
        raise ValidationError(f"columns must be the names in a list, not the text {value!r}")
    return None if value is None else tuple(value)


_OPTIONAL: Any = attrs.validators.optional(_character)


@attrs.frozen
class ReadOptions:
    """The settings for reading one source.

    Args:
        format: Format of a file: `ndjson`, `json`, `csv`, `tsv`, `parquet`, `arrow`, or `auto` to recognise it.
        index: Whether the index of a pandas frame is written, under its name or as `index`; None writes any index
            but a plain count of the rows.
        encoding: Encoding of a text file; None takes UTF-8, and UTF-16 or UTF-32 where the file says so.
        delimiter: What separates the fields of a CSV file; None finds out.
        quote: What stands around a field that holds a delimiter; None where nothing does.
        header: Whether the first line of a CSV file names the columns.
        columns: Names of the columns of a CSV file, in place of those in its header.
        null: Text, or several, that stands for a missing value, beside the empty field.
        comment: Character that starts a line to leave out.
        skip: Lines before the header.
        decimal: What separates the whole part of a number from its fraction.
        types: `text` leaves every field of a CSV file as it stands; a mapping says of columns whether they hold
            `text`, `number` or `boolean`; None finds out.
    """

    format: str = attrs.field(default="auto", validator=_format)
    index: bool | None = attrs.field(default=None, validator=_flag)
    encoding: str | None = attrs.field(default=None, validator=_encoding)
    delimiter: str | None = attrs.field(default=None, validator=_OPTIONAL)
    quote: str | None = attrs.field(default='"', validator=_OPTIONAL)
    header: bool = attrs.field(default=True, validator=attrs.validators.instance_of(bool))
    columns: Sequence[str] | None = attrs.field(default=None, converter=_names)
    null: Sequence[str] = attrs.field(default=(), converter=_texts)
    comment: str | None = attrs.field(default=None, validator=_OPTIONAL)
    skip: int = attrs.field(default=0, validator=_count)
    decimal: str = attrs.field(default=".", validator=_character)
    types: Literal["text"] | Mapping[str, TextType] | None = attrs.field(default=None, validator=_types)

    def __attrs_post_init__(self) -> None:
        if not self.header and not self.columns:
            raise ValidationError("header=False needs columns=, the names of the fields")

    @property
    def of_delimited(self) -> list[str]:
        """The settings that were chosen and that only delimited text has."""
        plain = ReadOptions()
        own = ("delimiter", "quote", "header", "columns", "null", "comment", "skip", "decimal", "types")
        return [name for name in own if getattr(self, name) != getattr(plain, name)]

    def check_kinds(self, kinds: Iterable[str], *, pandas: bool = False) -> None:
        """Refuse settings that would have no effect.

        Args:
            kinds: What the source holds: formats of files, or a word such as `records`.
            pandas: Whether it is a frame of pandas.

        Raises:
            ValidationError: A setting was chosen that nothing in the source has.
        """
        kinds = sorted(set(kinds))
        if kinds and not {"csv", "tsv"}.intersection(kinds) and (names := self.of_delimited):
            raise ValidationError(f"{names[0]}= belongs to CSV files, and the source holds {' and '.join(kinds)}")
        if self.index and not pandas:
            raise ValidationError(f"index=True belongs to frames of pandas, and the source holds {' and '.join(kinds)}")
