"""The form parameters of a query: times in seconds or milliseconds, steps as numbers or durations."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from urllib.parse import parse_qsl

import attrs
import promql_parser

from infino.local.promql.errors import bad_query
from infino.local.promql.numbers import parse_number
from infino.local.values.dates import read_iso

# A number beyond this cannot be seconds (it would be the year 5138), so it is milliseconds.
_MILLISECONDS = 1e11
_FARTHEST = 2.0**53
_DURATION = re.compile(r"(?:\d+(?:ms|[smhdwy]))+")


@attrs.frozen
class CallParameters:
    """The parameters of a call, from the form in the body before those of the URL.

    Args:
        values: Parameter names and values.

    Examples:
        >>> CallParameters({"query": "up"}).required("query")
        'up'
    """

    values: Mapping[str, str]

    def required(self, name: str) -> str:
        """Give a parameter, or raise the 400 that names the missing one."""
        value = self.values.get(name, "")
        if not value:
            raise bad_query(f'invalid parameter "{name}": it is missing or empty')
        return value

    def check(self, known: Collection[str]) -> None:
        """Raise the 400 that names a parameter which would not act."""
        unknown = sorted(self.values.keys() - set(known))
        if unknown:
            raise bad_query(f'unknown parameter "{unknown[0]}"')

    def time(self, name: str, default: int | None = None) -> int:
        """Read a moment as Unix milliseconds: seconds, milliseconds beyond 1e11, or RFC 3339 text."""
        if default is not None and not self.values.get(name):
            return default
        text = self.required(name)
        number = parse_number(text)
        if number is None:
            return self._written_time(name, text)
        if not abs(number) < _FARTHEST:
            raise bad_query(f'invalid parameter "{name}": {text!r} is out of range')
        return round(number if abs(number) > _MILLISECONDS else number * 1000)

    def _written_time(self, name: str, text: str) -> int:
        try:
            return round(read_iso(text).timestamp() * 1000)
        except (ValueError, OverflowError):
            raise bad_query(f'invalid parameter "{name}": cannot parse {text!r} to a valid time') from None

    def step(self, span: int) -> int:
        """Read the step as milliseconds: a number of seconds, or a duration such as `1m30s`.

        Early clients count everything in milliseconds. So where the times were milliseconds, a step that would be
        longer than the whole span as seconds is taken for milliseconds too.

        Args:
            span: The time between start and end, milliseconds.
        """
        number = parse_number(self.required("step"))
        seconds = self.duration("step", 0)
        if number is not None and self._counts_milliseconds("start") and number * 1000 > span:
            return round(number)
        return round(seconds * 1000)

    def duration(self, name: str, default: float) -> float:
        """Read a duration in seconds: a number of them, or such as `1m30s`."""
        text = self.values.get(name, "")
        if not text:
            return default
        number = parse_number(text)
        if number is not None:
            if not abs(number) < _FARTHEST:
                raise bad_query(f'invalid parameter "{name}": {text!r} is out of range')
            return number
        if not _DURATION.fullmatch(text):
            raise bad_query(f'invalid parameter "{name}": cannot parse {text!r} to a valid duration')
        try:
            return float(promql_parser.parse_duration(text).total_seconds())
        except (ValueError, OverflowError) as error:
            raise bad_query(f'invalid parameter "{name}": {error}') from None

    def _counts_milliseconds(self, name: str) -> bool:
        number = parse_number(self.values.get(name, ""))
        return number is not None and abs(number) > _MILLISECONDS


def read_form(body: bytes, query: str) -> CallParameters:
    """Read the parameters of a call.

    Args:
        body: The body of a POST, form-encoded.
        query: The query of the URL.

    Returns:
        Both together.

    Raises:
        PromQLError: If the body is not a form, or names a parameter twice.
    """
    values: dict[str, str] = {}
    for part in (query, body):
        try:
            text = part if isinstance(part, str) else part.decode("utf-8")
            pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=100)
        except ValueError:
            raise bad_query("the body is not form-encoded UTF-8 text") from None
        if len({name for name, _ in pairs}) < len(pairs):
            raise bad_query("a parameter is given twice")
        # The body comes last, so that it wins over the URL, as in Prometheus.
        values |= dict(pairs)
    return CallParameters(values)
