"""What the stars of a question stand for: records of datasets, whole, which need not be carried through its steps.

The engine plans each column of each step of a statement, and reads every field of every record that it passes. So a
question is asked with a number for each record in place of its `*`, and with no more than the columns that it mentions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

import attrs

from infino.local.sql.guard import Node, Statement, idle_stars, is_one, keeps_rows, nodes_of
from infino.local.store import DatasetView, TypedColumn
from infino.local.store.columns import ID
from infino.local.values.paths import identifier

NUMBER = "_seq"
"""The name of a record's number; a question that has this name for anything takes the common way."""
PLAIN = ("replace_list", "rename_list", "qualified_exclude_list")
"""What a star may not have."""
NAMES_ONLY = frozenset({"SEMI", "ANTI"})
KEEPING = frozenset({"INNER", "LEFT"})
"""The joins whose columns that are named by USING are those of the table on the left."""
OUTER = frozenset({"RIGHT", "FULL"})
"""The joins that show no columns but those of both tables, where USING names none."""
COLUMNS, CLOSED = re.compile(rb"\bCOLUMNS\s*\(\s*\Z", re.IGNORECASE), re.compile(rb"\s*\)")
Edit = tuple[int, int, str]


class Common(Exception):
    """The question takes the common way."""


@attrs.frozen
class Records:
    """Records of a dataset, whole but for some columns.

    Args:
        view: The dataset.
        columns: Those that are shown.
    """

    view: DatasetView
    columns: Sequence[TypedColumn]

    def without(self, names: Sequence[str]) -> Records:
        """Return the same without some columns, by their names in lower case."""
        return attrs.evolve(self, columns=[column for column in self.columns if column.name.lower() not in names])


@attrs.frozen
class Table:
    """A table after FROM.

    Args:
        name: What qualifies its columns.
        records: What its rows are, where they are records.
        using: Its columns that `*` does not show once more, in lower case.
    """

    name: str
    records: Records | None
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
        self._text = statement.text.encode()
        self._views = views
        self._named = named
        self._mentioned = {
            ".".join(path[n:m]).lower()
            for path, _, _ in statement.columns
            for n in range(len(path))
            for m in range(n + 1, len(path) + 1)
        }

    def shown(self, top: Node) -> list[Records | None]:
        """Return what each column of the question with its edits stands for: records, or None for a value of its own.

        Raises:
            Common: Some star stands for something else.
        """
        if top["type"] != "SELECT_NODE":
            raise Common
        tables = self._tables(top["from_table"], self._with(top, {}))
        stars = [item for item in top["select_list"] if item["class"] == "STAR"]
        if stars and not keeps_rows(top):
            raise Common
        found: list[Records | None] = []
        for item in top["select_list"]:
            if item["class"] != "STAR":
                found.append(None)
                if stars and not is_one(item):
                    raise Common
                continue
            shown = list(self._of(item, tables))
            found += [records for _, records in shown]
            if not all(name for name, _ in shown) and len(tables) > 1:
                raise Common
            self._replace(item, ", ".join(f"{identifier(name)}.{NUMBER}" if name else NUMBER for name, _ in shown))
        # Those within another one belong to that.
        nodes = list(nodes_of(top, closed="STAR"))
        idle = sum(len(idle_stars(node)) for node in nodes)
        if sum(node.get("class") == "STAR" for node in nodes) != len(self.edits) + idle:
            raise Common
        return found

    def _of(self, star: Node, tables: Sequence[Table]) -> Iterator[tuple[str, Records]]:
        """Yield the tables whose records a star shows."""
        wanted = star["relation_name"].lower()
        covered = [table for table in tables if not wanted or table.name.lower() == wanted]
        left_out = {name.lower() for name in star["exclude_list"]}
        known = {column.name.lower() for table in covered if table.records for column in table.records.columns}
        if any(star[key] for key in PLAIN) or star["alias"] or not star["query_location_length"] or not covered:
            raise Common
        if not left_out <= known or (wanted and len(covered) > 1) or (star["columns"] and len(tables) != 1):
            raise Common  # the engine says what is wrong
        for table in covered:
            if table.records is None:
                raise Common
            records = table.records.without([*left_out, *(() if wanted else table.using)])
            if star["columns"] and star["expr"]:
                records = self._chosen(star, records)
            if not records.columns:
                raise Common
            yield table.name, records

    def _chosen(self, star: Node, records: Records) -> Records:
        """Return the columns that COLUMNS with an expression chooses."""
        start = int(star["query_location"])
        text = self._text[start : start + int(star["query_location_length"])].decode()
        of = {column.name: column for column in records.columns}
        names = self._named(text, records.view)
        if not of.keys() >= set(names):
            raise Common
        return attrs.evolve(records, columns=[of[name] for name in names])

    def _replace(self, star: Node, text: str) -> None:
        start, end = int(star["query_location"]), int(star["query_location"]) + int(star["query_location_length"])
        if star["columns"] and not star["expr"]:  # the node of COLUMNS(*) is where its `*` is
            before, behind = COLUMNS.search(self._text[:start]), CLOSED.match(self._text[end:])
            if not before or not behind:
                raise Common
            start, end = before.start(), end + behind.end()
        self.edits.append((start, end, text))

    def _with(self, node: Node, ctes: Mapping[str, Records | None]) -> Mapping[str, Records | None]:
        """Return the CTEs that can be seen in a question: name in lower case -> what its rows are."""
        known = dict(ctes)
        for entry in (node.get("cte_map") or {}).get("map", ()):
            records = self._query(entry["value"]["query_node"], known)
            if records is not None and entry["value"]["aliases"]:
                raise Common
            known[entry["key"].lower()] = records
        return known

    def _query(self, node: Node, ctes: Mapping[str, Records | None]) -> Records | None:
        """Return what the rows of an inner question are, if they are records."""
        known = self._with(node, ctes)
        if node["type"] == "RECURSIVE_CTE_NODE":
            known = {**known, node["cte_name"].lower(): None}
        if node["type"] != "SELECT_NODE":
            parts = node["children"] if node["type"] == "SET_OPERATION_NODE" else [node["left"], node["right"]]
            if any(self._query(part, known) for part in parts):
                raise Common
            return None
        tables = self._tables(node["from_table"], known)
        stars = [item for item in node["select_list"] if item["class"] == "STAR"]
        if not stars:
            return None
        if len(tables) != 1 or len(node["select_list"]) != 1 or stars[0]["columns"] or not keeps_rows(node):
            raise Common
        [(_, records)] = self._of(stars[0], tables)
        names = [column.name for column in records.columns if column.name.lower() in self._mentioned | {"_id"}]
        self._replace(stars[0], ", ".join(map(identifier, [NUMBER, *names])))
        return records

    def _tables(self, node: Node, ctes: Mapping[str, Records | None]) -> list[Table]:
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
                return [attrs.evolve(table, records=None) for table in (*left, *right)]
            return [*left, *(attrs.evolve(table, using=using) for table in right)]
        if node.get("sample") or node.get("column_name_alias"):
            return [Table(node["alias"], None)]
        if kind == "SUBQUERY":
            return [Table(node["alias"], self._query(node["subquery"]["node"], ctes))]
        if kind != "BASE_TABLE":
            return [Table(node["alias"], None)]
        name = ".".join(node["qualified_name"]["path"])
        return [Table(node["alias"] or name, ctes[name.lower()] if name.lower() in ctes else self._records(name))]

    def _records(self, name: str) -> Records | None:
        view = self._views.get(name.lower())
        if not isinstance(view, DatasetView) or not view.numbered or view.documents:
            return None
        self.views.append(view)
        return Records(view, [ID, *(column for column in view.columns if column.starred)])
