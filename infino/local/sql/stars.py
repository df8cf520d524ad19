"""What the stars of a question stand for: records of datasets, whole, which need not be carried through its steps.

The engine plans each column of each step of a statement, and reads every field of every record that it passes. So a
question is asked with a number for each record in place of its `*`, and with no more than the columns that it mentions.
No two records of a dataset have the same `_id`, so where that is shown, a number stands for a record in DISTINCT too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise, takewhile

import attrs

from infino.local.sql.guard import MORE, Node, Statement, idle_stars, is_all, is_one, nodes_of
from infino.local.sql.tokens import split, tokens
from infino.local.store import DatasetView, TypedColumn
from infino.local.store.columns import ID
from infino.local.values.paths import identifier

NUMBER = "_seq"
"""The name of a record's number; a question that has this name for anything takes the common way."""
NAMES_ONLY = frozenset({"SEMI", "ANTI"})
KEEPING = frozenset({"INNER", "LEFT"})
"""The joins whose columns that are named by USING are those of the table on the left."""
OUTER = frozenset({"RIGHT", "FULL"})
"""The joins that show no columns but those of both tables, where USING names none."""
SETS = frozenset({"UNION", "EXCEPT", "INTERSECT"})
GROUPINGS = frozenset({"STANDARD_HANDLING", "FORCE_AGGREGATES"})
"""No grouping, and GROUP BY ALL."""
ORDINALS = frozenset({"CONSTANT", "POSITIONAL_REFERENCE"})
COLUMNS, CLOSED = re.compile(rb"\bCOLUMNS\s*\(\s*\Z", re.IGNORECASE), re.compile(rb"\s*\)")
Edit = tuple[int, int, str]


class Common(Exception):
    """The question takes the common way."""


@attrs.frozen
class StarColumn:
    """A column of a question or a table.

    Args:
        name: Its name.
        of: The columns of datasets that it shows, by the dataset's place; none for a value of the question's own.
        place: Where the question has the record's number, or the value, among its own columns.
    """

    name: str
    of: Mapping[int, TypedColumn] = attrs.field(factory=dict)
    place: int = 0

    @property
    def is_id(self) -> bool:
        """Whether it is the one that differs in every record of one dataset."""
        return list(self.of.values()) == [ID]


@attrs.frozen
class Asked:
    """What a question selects.

    Args:
        columns: The columns that it shows.
        names: The names of those that it has with its edits, in lower case: numbers, values, and what is mentioned.
    """

    columns: list[StarColumn] = attrs.field(factory=list)
    names: list[str] = attrs.field(factory=list)

    def add(self, name: str) -> int:
        """Add a column of the question with its edits, and return its place."""
        self.names.append(name.lower())
        return len(self.names) - 1

    @property
    def carried(self) -> list[str]:
        """The same names but for those of values, which are nothing's but the question's."""
        values = {column.place for column in self.columns if not column.of}
        return ["" if place in values else name for place, name in enumerate(self.names)]

    @property
    def groups(self) -> list[list[StarColumn]]:
        """The columns of records, by the place of their number."""
        found: dict[int, list[StarColumn]] = {}
        for column in self.columns:
            if column.of:
                found.setdefault(column.place, []).append(column)
        return list(found.values())

    def check(self, modifiers: Sequence[Node], *, distinct: bool = False) -> Asked:
        """Return the same, unless clauses mean something else with numbers in place of records.

        Args:
            modifiers: The clauses.
            distinct: Whether rows are compared.

        Raises:
            Common: They do.
        """
        for modifier in modifiers:
            if modifier["type"] == "DISTINCT_MODIFIER":
                distinct = distinct or not modifier["distinct_on_targets"]
                expressions = modifier["distinct_on_targets"]
            elif modifier["type"] == "ORDER_MODIFIER":
                expressions = [order["expression"] for order in modifier["orders"]]
            else:
                continue
            for expression in expressions:
                in_all = is_all(expression) and all(group[0].is_id for group in self.groups)
                if expression["class"] in ORDINALS or (expression["class"] == "STAR" and not in_all):
                    raise Common
        if distinct and not all(any(column.is_id for column in group) for group in self.groups):
            raise Common
        return self

    def with_other(self, other: Asked) -> Asked:
        """Return the columns of a set operation.

        Args:
            other: What the question behind selects.

        Raises:
            Common: They are not of the same names and types.
        """
        if self.carried != other.carried or len(self.columns) != len(other.columns):
            raise Common
        columns = []
        for one, two in zip(self.columns, other.columns, strict=True):
            merged = {**one.of, **two.of}
            types = {column.engine_type for column in merged.values()}
            alike_named = not one.of or one.name.lower() == two.name.lower()
            if (one.place, bool(one.of)) != (two.place, bool(two.of)) or not alike_named:
                raise Common
            if len(types) > 1 or {**merged, **one.of} != merged:
                raise Common
            columns.append(attrs.evolve(one, of=merged))
        return Asked(columns, self.names)


@attrs.frozen
class Table:
    """A table after FROM.

    Args:
        name: What qualifies its columns.
        columns: Its columns, where its rows are records.
        using: Its columns that `*` does not show once more, in lower case.
    """

    name: str
    columns: Sequence[StarColumn] | None
    using: Sequence[str] = ()


class Stars:
    """Finds what the stars of one question stand for.

    Args:
        statement: The question.
        views: The datasets that it names, by their names in lower case.
        named: Returns the names of the columns that an item of SELECT shows of a dataset.
    """

    def __init__(
        self, statement: Statement, views: Mapping[str, object], named: Callable[[str, DatasetView], Sequence[str]]
    ) -> None:
        self.edits: list[Edit] = []
        self.views: list[DatasetView] = []
        self._statement = statement
        self._text = statement.text.encode()
        self._views = views
        self._named = named
        self._known = 0
        self._mentioned = {
            ".".join(path[n:m]).lower()
            for path, _, _ in statement.columns
            for n in range(len(path))
            for m in range(n + 1, len(path) + 1)
        }

    def shown(self) -> Sequence[StarColumn]:
        """Return the columns that the question with its edits stands for; none if it shows no records.

        Raises:
            Common: Some star stands for something else.
        """
        top = self._statement.top
        asked = self._query(top, {})
        # Those within another one belong to that.
        nodes = list(nodes_of(top, closed="STAR"))
        idle = sum(len(idle_stars(node)) for node in nodes)
        if sum(node.get("class") == "STAR" for node in nodes) != self._known + idle:
            raise Common
        return asked.columns if asked else ()

    def _query(self, node: Node, ctes: Mapping[str, Sequence[StarColumn] | None]) -> Asked | None:
        """Return what a question selects, if it shows records."""
        known = self._with(node, ctes)
        if node["type"] == "SELECT_NODE":
            return self._select(node, known)
        if node["type"] == "RECURSIVE_CTE_NODE":
            known = {**known, node["cte_name"].lower(): None}
            if self._query(node["left"], known) or self._query(node["right"], known):
                raise Common
            return None
        parts = [self._query(part, known) for part in node["children"]]
        if not any(parts):
            return None
        first = parts[0]
        for part in parts[1:]:
            if first is None or part is None or node["setop_type"] not in SETS:
                raise Common
            first = first.with_other(part)
        distinct = not node["setop_all"] or node["setop_type"] != "UNION"
        return first.check(node["modifiers"], distinct=distinct) if first else None

    def _select(self, node: Node, ctes: Mapping[str, Sequence[StarColumn] | None]) -> Asked | None:
        tables = self._tables(node["from_table"], ctes)
        if not any(item["class"] == "STAR" for item in node["select_list"]):
            return None
        grouping = node["aggregate_handling"]
        if grouping not in GROUPINGS or any(node[key] for key in MORE):
            raise Common
        asked = Asked()
        for item in node["select_list"]:
            if item["class"] == "STAR":
                self._star(item, tables, asked)
                continue
            if not is_one(item):
                raise Common
            name = item["alias"] or (item["column_names"][-1] if item["class"] == "COLUMN_REF" else "")
            asked.columns.append(StarColumn(name, place=asked.add(name)))
        return asked.check(node["modifiers"], distinct=grouping != "STANDARD_HANDLING")

    def _star(self, star: Node, tables: Sequence[Table], asked: Asked) -> None:
        """Add what a star shows, and put something else in its place."""
        wanted = star["relation_name"].lower()
        covered = [table for table in tables if not wanted or table.name.lower() == wanted]
        changed = star["replace_list"] or star["rename_list"]
        if star["alias"] or star["qualified_exclude_list"] or not star["query_location_length"] or not covered:
            raise Common
        if (wanted or changed) and len(covered) > 1:
            raise Common
        if star["columns"] and (changed or len(tables) != 1):
            raise Common
        replaced = self._replaced(star)
        known = {column.name.lower() for table in covered for column in table.columns or ()}
        if not known >= {*replaced, *(name.lower() for name in star["exclude_list"])}:
            raise Common  # the engine says what is wrong
        texts: list[str] = []
        for table in covered:
            if not table.name and len(tables) > 1:
                raise Common
            texts += self._of(star, table, replaced, asked)
        self._known += 1
        self._replace(star, ", ".join(texts), list(replaced.values()))

    def _of(self, star: Node, table: Table, replaced: Mapping[str, Edit], asked: Asked) -> Iterator[str]:
        """Add what a star shows of one table, and yield what is selected for it."""
        left_out = {name.lower() for name in (*star["exclude_list"], *(() if star["relation_name"] else table.using))}
        renamed = renamed_by(star)
        qualifier = f"{identifier(table.name)}." if table.name else ""
        number, values = -1, dict[str, int]()
        if table.columns is None:
            raise Common
        for column in self._chosen(star, table.columns) if star["expr"] else table.columns:
            lower = column.name.lower()
            if lower in left_out:
                continue
            if lower in replaced:
                values[lower] = len(asked.columns)
                asked.columns.append(StarColumn(column.name))
                continue
            name, place = renamed.get(lower, column.name), number
            if column.of and number < 0 and not column.is_id:
                number = place = asked.add(NUMBER)
                yield qualifier + NUMBER
            if not column.of or column.is_id or not self._mentioned.isdisjoint((lower, name.lower())):
                place = asked.add(name)
                yield qualifier + identifier(column.name) + (f" AS {identifier(name)}" if lower in renamed else "")
            if column.of and number < 0:
                number = asked.add(NUMBER)
                yield qualifier + NUMBER
            asked.columns.append(StarColumn(name, column.of, number if column.of else place))
        for lower, (_, _, name) in replaced.items():
            asked.columns[values[lower]] = StarColumn(name, place=asked.add(name))
        if number < 0:
            raise Common

    def _chosen(self, star: Node, columns: Sequence[StarColumn]) -> Sequence[StarColumn]:
        """Return the columns that COLUMNS with an expression chooses."""
        start = int(star["query_location"])
        text = self._text[start : start + int(star["query_location_length"])].decode()
        datasets = {place for column in columns for place in column.of}
        of = {column.name: column for column in columns}
        if len(datasets) != 1 or any([one.name for one in c.of.values()] != [c.name] for c in columns):
            raise Common
        names = self._named(text, self.views[datasets.pop()])
        if not of.keys() >= set(names):
            raise Common
        return [of[name] for name in names]

    def _replaced(self, star: Node) -> Mapping[str, Edit]:
        """Return where each expression of REPLACE stands, with the name behind it; by that name in lower case."""
        if not star["replace_list"]:
            return {}
        start, end = span_of(star)
        given = [token for token in tokens(self._statement.text) if start <= token.start < end]
        depth = given[0].depth
        opened = next((n for n, (a, b) in enumerate(pairwise(given)) if (a.word, b.text) == ("REPLACE", "(")), None)
        if opened is None or given[opened].depth != depth:
            raise Common
        inside = list(takewhile(lambda token: token.depth > depth, given[opened + 2 :]))
        found: dict[str, Edit] = {}
        for item in split(inside, depth + 1):
            if len(item) < 3 or item[-2].word != "AS" or not item[-1].name:
                raise Common
            found[item[-1].name.lower()] = item[0].start, item[-3].end, item[-1].name
        if found.keys() != {entry["key"].lower() for entry in star["replace_list"]}:
            raise Common
        return found

    def _replace(self, star: Node, text: str, values: Sequence[Edit]) -> None:
        """Put something in place of a star, but for the expressions in it."""
        start, end = span_of(star)
        if star["columns"] and not star["expr"]:  # the node of COLUMNS(*) is where its `*` is
            before, behind = COLUMNS.search(self._text[:start]), CLOSED.match(self._text[end:])
            if not before or not behind:
                raise Common
            start, end = before.start(), end + behind.end()
        for first, last, name in values:
            self.edits.append((start, first, f"{text}, "))
            start, text = last, f" AS {identifier(name)}"
        self.edits.append((start, end, text))

    def _with(
        self, node: Node, ctes: Mapping[str, Sequence[StarColumn] | None]
    ) -> Mapping[str, Sequence[StarColumn] | None]:
        """Return the CTEs that can be seen in a question: name in lower case -> its columns, if it has records."""
        known = dict(ctes)
        for entry in (node.get("cte_map") or {}).get("map", ()):
            columns = self._inner(entry["value"]["query_node"], known)
            if columns is not None and entry["value"]["aliases"]:
                raise Common
            known[entry["key"].lower()] = columns
        return known

    def _inner(self, node: Node, ctes: Mapping[str, Sequence[StarColumn] | None]) -> Sequence[StarColumn] | None:
        """Return the columns of an inner question, if it shows records."""
        asked = self._query(node, ctes)
        if asked is None:
            return None
        names = [column.name.lower() for column in asked.columns]
        if asked.names.count(NUMBER) != 1 or "" in names or len(set(names)) != len(names):
            raise Common
        return asked.columns

    def _tables(self, node: Node, ctes: Mapping[str, Sequence[StarColumn] | None]) -> list[Table]:
        """Return the tables after FROM."""
        kind = node["type"]
        if kind == "JOIN":
            left, right = self._tables(node["left"], ctes), self._tables(node["right"], ctes)
            if node["join_type"] in NAMES_ONLY:
                return left
            using = [name.lower() for name in node["using_columns"]]
            if (
                (using and (node["join_type"] not in KEEPING or node["ref_type"] == "ASOF" or len(right) != 1))
                or node["join_type"] not in KEEPING | OUTER
                or node["ref_type"] not in ("REGULAR", "CROSS", "ASOF")
            ):
                return [attrs.evolve(table, columns=None) for table in (*left, *right)]
            return [*left, *(attrs.evolve(table, using=using) for table in right)]
        if node.get("sample") or node.get("column_name_alias"):
            return [Table(node["alias"], None)]
        if kind == "SUBQUERY":
            return [Table(node["alias"], self._inner(node["subquery"]["node"], ctes))]
        if kind != "BASE_TABLE":
            return [Table(node["alias"], None)]
        name = ".".join(node["qualified_name"]["path"])
        return [Table(node["alias"] or name, ctes[name.lower()] if name.lower() in ctes else self._dataset(name))]

    def _dataset(self, name: str) -> Sequence[StarColumn] | None:
        view = self._views.get(name.lower())
        if not isinstance(view, DatasetView) or not view.numbered or view.documents:
            return None
        place = next((n for n, known in enumerate(self.views) if known is view), len(self.views))
        self.views[place : place + 1] = [view]
        return [StarColumn(c.name, {place: c}) for c in (ID, *view.columns) if c.starred]


def span_of(star: Node) -> tuple[int, int]:
    """Return where a star begins and ends, in bytes."""
    start = int(star["query_location"])
    return start, start + int(star["query_location_length"])


def renamed_by(star: Node) -> Mapping[str, str]:
    """Return the new names that a star gives: name in lower case -> new name."""
    if any(part for entry in star["rename_list"] for key, part in entry["key"].items() if key != "column"):
        raise Common
    return {entry["key"]["column"].lower(): entry["value"] for entry in star["rename_list"]}
