"""Turns async code into its blocking form word by word; what no rule covers is refused."""

from __future__ import annotations

import io
import keyword
import re
import tokenize
from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple

from .document import DocumentError

WORDS = {
    "AsyncCaller": "SyncCaller",
    "AsyncPage": "SyncPage",
    "StopAsyncIteration": "StopIteration",
    "__aenter__": "__enter__",
    "__aexit__": "__exit__",
    "__aiter__": "__iter__",
    "__anext__": "__next__",
    "aclose": "close",
    "aiter": "iter",
    "anext": "next",
    "open_async_socket": "open_socket",
}
"""Spellings that are not made by leaving `Async` or `async_` out."""
PHRASES = {
    "The client for Infino in asyncio: the same tree, names and types as `Infino`.": "The client for Infino.",
    "Creating one sends nothing and needs no event loop. Each event loop that uses it gets connections of its own.": (
        "Creating one sends nothing; it is safe to share between threads."
    ),
    "a callable, async or not, that returns one": "a callable that returns one",
    "Called with the event, async or not; what it raises": "Called with the event; what it raises",
    "An async iterator": "An iterator",
    "Reading and encoding happen in a worker thread, so that the event loop stays free.": (
        "Threads send what this one reads and encodes."
    ),
    "The stream may be an async iterable.": "The stream may be any iterable.",
    "ValidationError: At the first result: a setting": "ValidationError: A setting",
}
"""Prose of docstrings that differs; each stands on one line."""
_PREFIX = re.compile(r"^(_*)(?:Async(?=[A-Z])|async_(?=[a-z]))")
_NAME = re.compile(r"\b[A-Za-z_]\w*\b")
_LEFT_OVER = re.compile(r"\b(?:async|asyncio|await|anyio|event loop|Async[A-Z]\w*|async_\w+)\b")
_IS_FREE = frozenset({tokenize.NL, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT, tokenize.NEWLINE})
_FORWARD = re.compile(r"""(['"])[\w.\[\]]+\1""")
# Until Python 3.12 a formatted string was one token.
_FORMATTED = tuple(getattr(tokenize, name, -1) for name in ("FSTRING_START", "FSTRING_END"))
_STRINGS = frozenset({tokenize.STRING, getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING)})
# Put at both ends, so that every word has a neighbour to be looked at.
_EDGE = tokenize.TokenInfo(tokenize.NEWLINE, "", (1, 0), (1, 0), "")
Refusal = Callable[[int, str], DocumentError]


class Edit(NamedTuple):
    """One change of a text: from where to where, and the text that replaces it."""

    start: int
    end: int
    text: str


def word(name: str) -> str:
    """Return the blocking spelling of a name, which is mostly the name itself."""
    return WORDS.get(name) or _PREFIX.sub(r"\1", name)


class PlainText:
    """A text addressed by line and column, both counted in characters."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = text.splitlines(keepends=True)
        self._starts = [0]
        for line in self.lines:
            self._starts.append(self._starts[-1] + len(line))

    def place(self, line: int, column: int) -> int:
        """Place of a line and a column."""
        return self._starts[line - 1] + column


def edits(
    text: str,
    docstrings: Collection[tuple[int, int]],
    refusal: Refusal,
    spans: Collection[tuple[int, int]] | None = None,
) -> Iterator[Edit]:
    """Find every word that is to be turned.

    Args:
        text: Async code.
        docstrings: Line and column of each docstring in it.
        refusal: Makes the error of a line that cannot be turned.
        spans: From where to where it is to be turned; all of it when None.

    Yields:
        The changes, in no certain order.

    Raises:
        DocumentError: A word has no blocking form.
    """
    places = PlainText(text)
    tokens = [
        token
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if spans is None or any(start <= places.place(*token.start) < end for start, end in spans)
    ]
    solid = [_EDGE, *(token for token in tokens if token.type not in _IS_FREE), _EDGE]
    for token in tokens:
        start, end = places.place(*token.start), places.place(*token.end)
        if token.type == tokenize.COMMENT and re.match(r"#\s*noqa: ASYNC\d+\b", token.string):
            yield Edit(len(text[:start].rstrip(" ")), end, "")
        elif token.type == tokenize.STRING and token.start in docstrings:
            yield Edit(start, end, docstring(token.string, token.start[0], refusal))
        elif token.type in _STRINGS:
            turned = _NAME.sub(lambda found: word(found[0]), token.string)
            # A string may be a key or a message: only a forward reference surely names a type.
            if _LEFT_OVER.search(turned) or (turned != token.string and not _FORWARD.fullmatch(turned)):
                raise refusal(token.start[0], f"a string names what is async: {token.string}")
            if turned != token.string:
                yield Edit(start, end, turned)
    depth = 0
    for number, token in enumerate(solid):
        depth += (token.type == _FORMATTED[0]) - (token.type == _FORMATTED[1])
        if token.type == tokenize.NAME:
            for edit in _name(places, solid, number, refusal):
                if depth:
                    raise refusal(token.start[0], f"a formatted string holds {token.string!r}; take it out")
                yield edit


def _name(places: PlainText, tokens: list[tokenize.TokenInfo], number: int, refusal: Refusal) -> Iterator[Edit]:
    token, after = tokens[number], tokens[number + 1]
    start, end = places.place(*token.start), places.place(*token.end)
    if token.string == "async" and after.string in ("def", "for", "with"):
        yield Edit(start, places.place(*after.start), "")
    elif token.string == "await":
        closing = _needless(tokens, number)
        if closing is None:
            yield Edit(start, places.place(*after.start), "")
        else:
            yield Edit(places.place(*tokens[number - 1].start), places.place(*after.start), "")
            yield Edit(places.place(*closing.start), places.place(*closing.end), "")
    elif token.string == "asyncio" and tokens[number - 1].string != "import":
        raise refusal(token.start[0], "asyncio has no blocking form; write a pair of functions, async_name and name")
    elif token.string == "Awaitable" and after.string == "[":
        closing = tokens[_closing(tokens, number + 2)]
        yield Edit(start, places.place(*after.end), "")
        yield Edit(places.place(*closing.start), places.place(*closing.end), "")
    elif word(token.string) != token.string:
        yield Edit(start, end, word(token.string))


def _needless(tokens: list[tokenize.TokenInfo], number: int) -> tokenize.TokenInfo | None:
    """Find the end of brackets that are there for `await` alone, as in `(await call()).name`."""
    opening = tokens[number - 1]
    before = tokens[max(number - 2, 0)]
    is_call = before.string in (")", "]") or (before.type == tokenize.NAME and not keyword.iskeyword(before.string))
    # Brackets behind a name or another bracket are those of a call, which has to keep them.
    if opening.string != "(" or is_call:
        return None
    end = _closing(tokens, number)
    # Only what goes on with a dot or an index needs brackets around its `await`.
    if tokens[end + 1].string not in (".", "["):
        return None
    depth = 0
    for token in tokens[number + 1 : end]:
        if token.type == tokenize.OP and token.string in "([{":
            depth += 1
        elif token.type == tokenize.OP and token.string in ")]}":
            depth -= 1
        # Anything but names, dots and calls binds weaker than the dot behind the brackets, so they stay.
        elif not depth and (keyword.iskeyword(token.string) or (token.type == tokenize.OP and token.string != ".")):
            return None
    return tokens[end]


def _closing(tokens: list[tokenize.TokenInfo], number: int) -> int:
    """Find the end of the brackets that a token stands in."""
    depth = 1
    while depth:
        token = tokens[number]
        if token.type == tokenize.OP:
            depth += (token.string in "([{") - (token.string in ")]}")
        number += 1
    return number - 1


def apply(text: str, changes: Iterator[Edit] | list[Edit], start: int = 0, end: int | None = None) -> str:
    """Make the changes that lie in a part of a text, and return that part."""
    made, place, end = [], start, len(text) if end is None else end
    for edit in sorted(changes):
        # The others belong to another definition of the module.
        if start <= edit.start and edit.end <= end:
            if edit.start < place:
                raise AssertionError(f"two changes at one place: {text[edit.start : edit.end]!r}")
            made += [text[place : edit.start], edit.text]
            place = edit.end
    return "".join([*made, text[place:end]])


def docstring(text: str, line: int, refusal: Refusal) -> str:
    """Turn a docstring: its examples as code, its prose by the table.

    Args:
        text: The docstring with its quotes.
        line: Where it begins.
        refusal: Makes the error of a line that cannot be turned.
    """
    # First, for a phrase is looked up as it was written, before its words are turned.
    for old, new in PHRASES.items():
        text = text.replace(old, new)
    # Statements of examples, and the text between them.
    parts = re.split(r"((?:^[ ]*>>> .*\n)(?:^[ ]*\.\.\.(?: .*)?\n)*)", text, flags=re.MULTILINE)
    for number, part in enumerate(parts):
        if number % 2:
            parts[number] = _example(part, line, refusal)
        else:
            parts[number] = _NAME.sub(lambda found: word(found[0]), part)
            if left := _LEFT_OVER.search(parts[number]):
                raise refusal(line, f"its docstring says {left[0]!r}; see PHRASES")
    return "".join(parts)


def _example(shown: str, line: int, refusal: Refusal) -> str:
    """Turn one statement of an example, with its prompts."""
    prompts, lines = zip(*re.findall(r"^([ ]*(?:>>>|\.\.\.) ?)(.*\n)", shown, re.MULTILINE), strict=True)
    code = "".join(lines)
    try:
        turned = apply(code, edits(code, (), lambda _, why: refusal(line, why))).splitlines(keepends=True)
    except (tokenize.TokenError, IndentationError) as error:
        raise refusal(line, f"its example is not Python: {error}") from error
    return "".join(prompt + one for prompt, one in zip(prompts, turned, strict=True))
