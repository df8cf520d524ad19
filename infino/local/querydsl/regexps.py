"""Patterns of the query language as expressions that both the database and the text index run in linear time."""

from __future__ import annotations

import re
from typing import Any

from infino.local.http import Problem, unsupported
from infino.local.querydsl.problems import illegal

MAX_LENGTH = 1000
MAX_REPEAT = 255
REPEAT = re.compile(r"\{(\d{1,6})(,(\d{0,6}))?\}", re.ASCII)
INTERVAL = re.compile(r"<(\d{1,6})-(\d{1,6})>", re.ASCII)
CLASSES = {
    "d": "[0-9]",
    "D": "[^0-9]",
    "w": "[A-Za-z0-9_]",
    "W": "[^A-Za-z0-9_]",
    "s": r"[ \t\n\r]",
    "S": r"[^ \t\n\r]",
}
ANY = r"(?:.|\n)"
MAX_INTERVAL = 2000
OPERATORS = {"INTERSECTION": "&", "COMPLEMENT": "~", "EMPTY": "#", "ANYSTRING": "@", "INTERVAL": "<"}
EVERY_OPERATOR = "".join(OPERATORS.values())


def escape(text: str) -> str:
    """Escape text for both regular-expression engines."""
    return "".join("\\" + char if char in r"\.+*?()|[]{}^$#&-~/" else char for char in text)


def from_wildcard(pattern: str) -> str:
    """Return the expression of a wildcard pattern: `*` any run, `?` one character, `\\` makes the next one plain."""
    out, at = [], 0
    while at < len(pattern):
        char = pattern[at]
        if char == "\\" and at + 1 < len(pattern):
            at += 1
            out.append(escape(pattern[at]))
        else:
            out.append(ANY + "*" if char == "*" else ANY if char == "?" else escape(char))
        at += 1
    return "".join(out)


def has_wildcard(pattern: str) -> bool:
    """Tell whether a pattern has a `*` or `?` that is not escaped."""
    return re.search(r"[*?]", re.sub(r"\\.", "", pattern, flags=re.DOTALL)) is not None


def either_case(expression: str) -> str:
    """Make an expression blind to case."""
    return f"(?i:{expression})"


def read_flags(given: Any) -> str:
    """Return the optional operators that `flags` switches on; all of them when it is absent."""
    if given is None:
        return EVERY_OPERATOR
    chosen = ""
    for flag in str(given).upper().split("|"):
        if flag not in (*OPERATORS, "ALL", "NONE", ""):
            raise illegal(f"Unknown regexp flag [{flag[:80]}]")
        chosen += EVERY_OPERATOR if flag == "ALL" else OPERATORS.get(flag, "")
    return chosen


class RegexpReader:
    """Translates the service's own regular-expression syntax.

    It always matches the whole value; `@` is any text, `"..."` is plain text, `<1-9>` a range of numbers, and
    `^` `$` are plain characters.

    Args:
        pattern: The expression.
        operators: Which of the optional operators `&~#@<` are more than plain characters.

    Examples:
        >>> RegexpReader('v<8-11>.@').translate()
        'v(?:8|9|10|11)(?:.|\\\\n)(?:.|\\\\n)*'
    """

    def __init__(self, pattern: str, operators: str = EVERY_OPERATOR) -> None:
        self.pattern = pattern
        self.operators = operators
        self.at = 0
        self.depth = 0
        self.out: list[str] = []
        self.atom = False

    def translate(self) -> str:
        """Return the translated expression, or raise the 400 that says what is wrong."""
        if len(self.pattern) > MAX_LENGTH:
            raise illegal(
                f"The length of regex [{len(self.pattern)}] used in the Regexp Query request has exceeded the allowed "
                f"maximum of [{MAX_LENGTH}]. This maximum can be set by changing the [index.max_regex_length] index "
                "level setting."
            )
        while self.at < len(self.pattern):
            self._step(self.pattern[self.at])
        if self.depth:
            raise self._wrong("expected ')'")
        return "".join(self.out)

    def _wrong(self, what: str) -> Problem:
        return illegal(
            f"failed to parse regexp [{self.pattern[:120]}]: {what} at position {min(self.at, len(self.pattern))}"
        )

    def _emit(self, text: str, length: int = 1) -> None:
        self.out.append(text)
        self.at += length
        self.atom = True

    def _step(self, char: str) -> None:
        if char in EVERY_OPERATOR and char not in self.operators:
            self._emit(escape(char))
        elif char in "*+?":
            self._repeat(char, 1)
        elif char == "{":
            self._counted()
        elif char in "(|)":
            self._group(char)
        elif char == "[":
            self._class()
        elif char == "\\":
            self._escaped()
        elif char == '"':
            end = self.pattern.find('"', self.at + 1)
            if end < 0:
                raise self._wrong("expected '\"'")
            self._emit(f"(?:{escape(self.pattern[self.at + 1 : end])})", end + 1 - self.at)
        elif char == "<":
            self._interval()
        elif char in "~&#":
            raise unsupported(f"the regexp operator [{char}] in [{self.pattern[:80]}]")
        else:
            self._emit(f"{ANY}*" if char == "@" else ANY if char == "." else escape(char))

    def _repeat(self, text: str, length: int) -> None:
        if not self.atom:
            raise self._wrong("nothing to repeat")
        self.out[-1] = f"(?:{self.out[-1]}){text}" if not self.out[-1].endswith(")") else self.out[-1] + text
        self.at += length
        self.atom = not text.endswith(("*", "+", "?", "}"))

    def _counted(self) -> None:
        found = REPEAT.match(self.pattern, self.at)
        if found is None:
            raise self._wrong("expected a repetition such as {2} or {2,5}")
        low, high = int(found[1]), int(found[3] or found[1])
        if max(low, high) > MAX_REPEAT or low > high:
            raise self._wrong(f"repetition must be ordered and at most {MAX_REPEAT}")
        self._repeat(found[0], len(found[0]))

    def _group(self, char: str) -> None:
        self.at += 1
        if char == "(":
            self.depth += 1
            if self.depth > 50:
                raise self._wrong("groups nested too deeply")
            self.out.append("(?:")
            self.atom = False
        elif char == "|":
            self.out.append("|")
            self.atom = False
        else:
            self._close()

    def _close(self) -> None:
        self.depth -= 1
        if self.depth < 0:
            raise self._wrong("unmatched ')'")
        start = len(self.out) - 1
        while self.out[start] != "(?:":
            start -= 1
        self.out[start:] = ["".join(self.out[start:]) + ")"]
        self.atom = True

    def _class(self) -> None:
        end = self.at + 1
        if self.pattern[end : end + 1] == "^":
            end += 1
        body_at = end
        while end < len(self.pattern) and (self.pattern[end] != "]" or end == body_at):
            end += 2 if self.pattern[end] == "\\" else 1
        if end >= len(self.pattern):
            raise self._wrong("expected ']'")
        raw = self.pattern[body_at:end]
        body = re.sub(r"\\(.)|([\[\]&~^])", lambda m: "\\" + (m[1] or m[2]), raw, flags=re.DOTALL)
        negated = "^" if body_at > self.at + 1 else ""
        expression = f"[{negated}{body}]"
        try:
            re.compile(expression)
        except re.error as error:
            raise self._wrong(str(error)) from None
        self._emit(expression, end + 1 - self.at)

    def _escaped(self) -> None:
        if self.at + 1 >= len(self.pattern):
            raise self._wrong("escape at the end")
        char = self.pattern[self.at + 1]
        self._emit(CLASSES.get(char, escape(char)), 2)

    def _interval(self) -> None:
        found = INTERVAL.match(self.pattern, self.at)
        if found is None:
            raise unsupported(f"the regexp operator [<] in [{self.pattern[:80]}]")
        low, high = sorted((int(found[1]), int(found[2])))
        if high - low > MAX_INTERVAL:
            raise self._wrong(f"a numeric range may span at most {MAX_INTERVAL} numbers")
        width = len(found[1]) if len(found[1]) == len(found[2]) else 0
        self._emit(f"(?:{'|'.join(str(n).zfill(width) for n in range(low, high + 1))})", len(found[0]))
