"""Highlighting: the words a query looked for, marked in pieces of a document's own text."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, Literal

import attrs

from infino.local.querydsl.fields import Fields, SearchField
from infino.local.querydsl.options import check_options
from infino.local.querydsl.problems import illegal
from infino.local.querydsl.reading import as_boolean, as_integer, as_object, as_text, listed, short
from infino.local.store.reading import values_of
from infino.local.values.analysis import spans

SENTENCE = re.compile(r"(?:[^.!?\n]|[.!?]++(?!\s|$))*+(?:[.!?]++|\n|$)\s*")
MAX_ANALYSED = 1_000_000
Matching = Callable[[str, Sequence[str]], Collection[str]]


@attrs.frozen
class Mark:
    """What to look for in a text: tokens, tokens in a row, a token pattern, or a whole value."""

    kind: Literal["word", "phrase", "pattern", "whole", "whole_pattern"]
    values: tuple[str, ...]
    slop: int = 0
    open_end: bool = False
    blind: bool = False


MarksOf = Callable[[Any], Mapping[str, Sequence[Mark]]]


@attrs.frozen
class Style:
    """How one field is highlighted."""

    before: str = "<em>"
    after: str = "</em>"
    size: int = 100
    fragments: int = 5
    no_match_size: int = 0
    by_score: bool = False
    any_field: bool = False
    encode: Callable[[str], str] = str
    analysed: int = MAX_ANALYSED
    """How many characters of a text are looked at."""
    marks: Mapping[str, Sequence[Mark]] | None = None
    """What a query of its own looks for; None for what the search's query does."""

    def wrap(self, text: str, found: Sequence[tuple[int, int]]) -> str:
        """Return text with the spans between tags."""
        out, at = [], 0
        for start, end in found:
            out += [self.encode(text[at:start]), self.before, self.encode(text[start:end]), self.after]
            at = end
        return "".join([*out, self.encode(text[at:])])


def read_style(options: dict[str, Any], outer: Style, marks_of: MarksOf) -> Style:
    """Return a style with the given options over those of the whole request."""
    check_options("highlight", options)
    changes: dict[str, Any] = {}
    for option, attribute in (("pre_tags", "before"), ("post_tags", "after")):
        if options.get(option) is not None:
            tags = listed(options[option])
            changes[attribute] = as_text(tags[0] if tags else "", option)
    schema = options.get("tags_schema", "default")
    if schema not in ("styled", "default"):
        raise illegal(f"Unknown tag schema [{short(schema)}]")
    if schema == "styled":
        changes.update(before='<em class="hlt1">', after="</em>")
    for option, attribute in (
        ("fragment_size", "size"),
        ("number_of_fragments", "fragments"),
        ("no_match_size", "no_match_size"),
    ):
        if options.get(option) is not None:
            changes[attribute] = as_integer(options[option], option)
            if changes[attribute] < 0:
                raise illegal(f"[{option}] must not be negative, but was [{changes[attribute]}]")
    if options.get("order") is not None:
        if options["order"] not in ("score", "none"):
            raise illegal(f"Unknown order [{short(options['order'])}] of highlights")
        changes["by_score"] = options["order"] == "score"
    if options.get("encoder") is not None:
        if options["encoder"] not in ("html", "default"):
            raise illegal(f"Unknown encoder [{short(options['encoder'])}]")
        changes["encode"] = escaped if options["encoder"] == "html" else str
    if options.get("max_analyzed_offset") is not None:
        limit = as_integer(options["max_analyzed_offset"], "max_analyzed_offset")
        if limit < -1 or limit == 0:
            raise illegal(f"[max_analyzed_offset] must be a positive integer, or -1, but was [{limit}]")
        changes["analysed"] = MAX_ANALYSED if limit == -1 else limit
    if options.get("highlight_query") is not None:
        changes["marks"] = marks_of(options["highlight_query"])
    if options.get("require_field_match") is not None:
        changes["any_field"] = not as_boolean(options["require_field_match"], "require_field_match")
    return attrs.evolve(outer, **changes)


class Highlighter:
    """Highlights the fields that a request names.

    Args:
        body: The `highlight` object.
        fields: The catalogue; a field outside it is never shown.
        marks: Field -> what the query looks for.
        matching: Returns which of some texts a regular expression fits; Python's own engine is not safe here.
        marks_of: Returns what a query of the request's own looks for.
    """

    def __init__(
        self,
        body: Any,
        fields: Fields,
        marks: Mapping[str, Sequence[Mark]],
        matching: Matching,
        marks_of: MarksOf,
    ) -> None:
        self._matching = matching
        body = as_object(body, "highlight")
        given = body.get("fields")
        entries = [entry for item in listed(given or []) for entry in as_object(item, "fields").items()]
        outer = read_style({key: value for key, value in body.items() if key != "fields"}, Style(), marks_of)
        self._marks = marks
        self._fields: list[tuple[SearchField, Style]] = []
        for name, options in entries:
            style = read_style(as_object(options, "fields"), outer, marks_of)
            self._fields += [(field, style) for field in fields.matching(name) if field.kind != "none"]

    def show(self, source: Mapping[str, Any]) -> dict[str, list[str]]:
        """Return field -> marked pieces of a document."""
        shown: dict[str, list[str]] = {}
        for field, style in self._fields:
            by_field = self._marks if style.marks is None else style.marks
            marks = by_field.get(field.base, ())
            if style.any_field:
                marks = [mark for others in by_field.values() for mark in others]
            pieces = self._pieces(field, style, source, marks)
            if pieces:
                shown[field.name] = pieces
        return shown

    def _pieces(self, field: SearchField, style: Style, source: Mapping[str, Any], marks: Sequence[Mark]) -> list[str]:
        texts = [text for text in values_of(source, field.base) if isinstance(text, str)]
        made: list[tuple[int, str]] = []
        for text in texts:
            found = find(text[: style.analysed], marks, self._matching, analysed=field.kind == "text")
            if found:
                made += list(cut(text, found, style))
        if style.by_score:
            made.sort(key=lambda piece: -piece[0])
        if not made and style.no_match_size and texts:
            return [style.encode(texts[0][: style.no_match_size])]
        return [piece for _, piece in (made[: style.fragments] if style.fragments else made)]


def escaped(text: str) -> str:
    """Write text as HTML, the slash included as Lucene's encoder does."""
    return html.escape(text).replace("/", "&#x2F;")


def find(text: str, marks: Sequence[Mark], matching: Matching, *, analysed: bool) -> list[tuple[int, int]]:
    """Return the spans of a text that any of the marks looks for, in order and without overlap."""
    found: set[tuple[int, int]] = set()
    tokens = list(spans(text)) if analysed else []
    for mark in marks:
        if mark.kind == "phrase" and analysed:
            found |= phrases(tokens, mark)
        elif mark.kind in ("word", "pattern") and analysed:
            wanted = wanted_of(mark, [word for _, _, word in tokens], matching)
            found |= {(start, end) for start, end, word in tokens if word in wanted}
        elif (
            mark.kind in ("whole", "whole_pattern")
            and not analysed
            and text
            and text in wanted_of(mark, [text], matching)
        ):
            found.add((0, len(text)))
    apart: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if not apart or start >= apart[-1][1]:
            apart.append((start, end))
    return apart


def wanted_of(mark: Mark, given: Sequence[str], matching: Matching) -> Collection[str]:
    """Return those of the given tokens or values that fit a mark."""
    if mark.kind in ("pattern", "whole_pattern"):
        return matching(mark.values[0], given)
    if mark.blind:
        return {text for text in given if text.lower() in mark.values}
    return frozenset(mark.values)


def phrases(tokens: Sequence[tuple[int, int, str]], mark: Mark) -> set[tuple[int, int]]:
    """Return the spans of tokens that stand in a row as the mark wants."""
    found: set[tuple[int, int]] = set()
    wanted = mark.values
    for first in range(len(tokens)):
        at, spare, row = first, mark.slop, []
        for number, word in enumerate(wanted):
            open_end = mark.open_end and number == len(wanted) - 1
            while at < len(tokens) and not fits(tokens[at][2], word, open_end) and spare and number:
                at, spare = at + 1, spare - 1
            if at >= len(tokens) or not fits(tokens[at][2], word, open_end):
                break
            row.append(tokens[at][:2])
            at += 1
        if len(row) == len(wanted):
            found.update(row)
    return found


def fits(token: str, word: str, open_end: bool) -> bool:
    """Tell whether a token is a word, or begins with it."""
    return token.startswith(word) if open_end else token == word


def cut(text: str, found: Sequence[tuple[int, int]], style: Style) -> Iterator[tuple[int, str]]:
    """Yield (number of marks, marked piece) of a text, piece by piece."""
    if style.fragments == 0 or found[0] == (0, len(text)):
        yield len(found), style.wrap(text, found)
        return
    for start, end in pieces(text, style.size):
        inside = [(a - start, b - start) for a, b in found if a >= start and b <= end]
        if inside:
            piece = text[start:end]
            yield len(inside), style.wrap(piece.rstrip(), inside)


def pieces(text: str, size: int) -> Iterator[tuple[int, int]]:
    """Yield the spans of sentences, joined while they are short and cut between words where they are long."""
    start = 0
    for found in SENTENCE.finditer(text):
        end = found.end()
        if size == 0 or end - start <= size:
            continue
        if found.start() > start:
            yield start, found.start()
            start = found.start()
        while end - start > size:
            stop = text.rfind(" ", start + 1, start + size + 1) + 1 or text.find(" ", start + size) + 1
            if not start < stop < end:
                break
            yield start, stop
            start = stop
    if start < len(text):
        yield start, len(text)
