"""How many columns a question has in its steps: stars multiply them, and the engine's planner can't be interrupted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from infino.local.sql.dialect import MAX_COLUMNS, too_wide, wrong_sql

Node = dict[str, Any]
QUERIES = frozenset({"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE"})
DESCRIBED = 12
"""The columns of SUMMARIZE."""
MAX_PLANNED = 20 * MAX_COLUMNS


class Widths:
    """Counts the columns of a question's steps.

    Args:
        datasets: Name in lower case -> how many columns it shows.

    Examples:
        >>> Widths({"flights": 20}).query(statement.top, {})
        20
    """

    def __init__(self, datasets: Mapping[str, int]) -> None:
        self._datasets = datasets
        self._planned = 0

    def query(self, node: Node, ctes: Mapping[str, int]) -> int:
        """Return how many columns a question has.

        Args:
            node: Its node in the engine's parse.
            ctes: Those of the CTEs around it: name in lower case -> columns.

        Raises:
            Problem: 400 when it, or a step of it, has more than can be planned.
        """
        known = dict(ctes)
        for entry in (node.get("cte_map") or {}).get("map", ()):
            known[entry["key"].lower()] = self.query(entry["value"]["query_node"], known)
        if node["type"] == "SELECT_NODE":
            return self._select(node, known)
        if node["type"] == "RECURSIVE_CTE_NODE":
            width = self.query(node["left"], known)
            self.query(node["right"], {**known, node["cte_name"].lower(): width})
            return width
        self._inside([node["modifiers"]], known)
        widths = [self.query(child, known) for child in node["children"]]
        return self._planned_columns(sum(widths) if node["setop_type"].endswith("BY_NAME") else max(widths))

    def _select(self, node: Node, ctes: Mapping[str, int]) -> int:
        tables = list(self._tables(node["from_table"], ctes))
        every = self._planned_columns(sum(width for _, width in tables))
        shown = 0
        for item in node["select_list"]:
            stars = self._inside(item, ctes)
            qualifier = item.get("relation_name") if item["class"] == "STAR" else None
            of_one = max((width for name, width in tables if qualifier and name == qualifier.lower()), default=every)
            self._planned_columns(of_one * max(stars - 1, 0))
            shown += of_one if stars else 1
        self._inside([value for key, value in node.items() if key not in OWN], ctes)
        return self._planned_columns(shown)

    def _planned_columns(self, width: int) -> int:
        self._planned += width
        if width > MAX_COLUMNS:
            raise wrong_sql(too_wide())
        if self._planned > MAX_PLANNED:
            raise wrong_sql(f"the steps of the statement have more than {MAX_PLANNED} columns; name those you need")
        return width

    def _tables(self, node: Node, ctes: Mapping[str, int]) -> Iterator[tuple[str, int]]:
        """Yield the name and width of each table after FROM."""
        waiting = [node]
        while waiting:
            table = waiting.pop()
            kind = table["type"]
            if kind == "JOIN":
                waiting += [table["left"], table["right"]]
                self._inside([table["condition"]], ctes)
                continue
            name, width = "", 1
            if kind == "BASE_TABLE":
                name = ".".join(table["qualified_name"]["path"]).lower()
                width = ctes[name] if name in ctes else self._datasets.get(name, 1)
            elif kind == "SUBQUERY":
                width = self.query(table["subquery"]["node"], ctes)
            elif kind == "SHOW_REF":
                width = DESCRIBED
                if table["query"]:
                    self.query(table["query"], ctes)
            elif kind == "EXPRESSION_LIST":
                self._inside(table["values"], ctes)
                width = max(map(len, table["values"]), default=1)
            elif kind == "TABLE_FUNCTION":
                self._inside(table["function"], ctes)
            yield (table["alias"] or name).lower(), width

    def _inside(self, item: Any, ctes: Mapping[str, int]) -> int:
        """Count the questions within expressions, and return how many stars stand outside of these."""
        stars, waiting = 0, [item]
        while waiting:
            node = waiting.pop()
            if isinstance(node, list):
                waiting += node
            elif isinstance(node, dict):
                kind = node.get("type")  # a constant's type is an object
                if isinstance(kind, str) and kind in QUERIES:
                    self.query(node, ctes)
                    continue
                stars += node.get("class") == "STAR"
                waiting += node.values()
        return stars


OWN = frozenset({"from_table", "select_list", "cte_map"})
"""The parts of a SELECT that are looked at by themselves."""
