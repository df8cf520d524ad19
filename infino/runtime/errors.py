"""What the generated code raises by itself: a bad parameter, or an answer that can't be read."""

from __future__ import annotations

from infino.core.errors import ValidationError
from infino.core.redaction import printable


class ParameterError(ValidationError):
    """A path parameter that could reach another route than the one meant.

    Args:
        parameter: Name of the parameter.
        message: What is wrong and what to do.
    """

    def __init__(self, parameter: str, message: str) -> None:
        super().__init__(f"{parameter}: {message}")
        self.parameter = parameter


class ParseError(ValueError):
    """A decoded answer whose shape can't be read as the documented type; the message never holds the value itself."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(path, message)
        self.path = path
        self.message = message

    def __str__(self) -> str:
        return printable(f"{self.path}: {self.message}")

    def under(self, step: str) -> ParseError:
        """Return this error seen from one level further out, by a step such as `.name` or `[3]`."""
        return type(self)(f"${step}{self.path[1:]}", self.message)


class MissingItemError(ParseError):
    """The answer is a list that should hold the thing asked for, and is empty."""


def step(key: object) -> str:
    """Return how a path continues into an object: `.key`, or `['a key']` when it is not a plain word."""
    name = str(key)
    return f".{name}" if name.replace("_", "a").isalnum() and name.isascii() else f"[{name!r}]"


def mismatch(expected: str, value: object) -> ParseError:
    """Return the error for a value of the wrong type, without showing the value."""
    return ParseError("$", f"expected {expected}, found {_JSON_NAMES.get(type(value), type(value).__name__)}")


_JSON_NAMES: dict[type, str] = {
    dict: "an object",
    list: "an array",
    str: "a string that does not read as one",
    int: "a number",
    float: "a number",
    bool: "a boolean",
    type(None): "null",
}
