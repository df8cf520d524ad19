"""The check that every statement passes: the engine's own parse of it, in which only what is listed here may stand.

The lists say what is allowed; whatever a new version of the engine adds is refused until it is placed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import attrs
import duckdb
import orjson

from infino.local.sql.dialect import (
    HINT,
    MAX_COLUMNS,
    MAX_GROUPINGS,
    MAX_QUERIES,
    MAX_TABLES,
    SEND,
    too_wide,
    wrong_sql,
)
from infino.local.sql.tokens import first_word
from infino.local.values.families import LOCAL_TIMES

Node = dict[str, Any]


def words(text: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(text.split())


TEMPLATES = frozenset({"format", "printf"})
TABLE_FUNCTIONS = frozenset({"unnest", "range", "generate_series"})
EXPRESSIONS = words(
    "BETWEEN CASE CAST COLLATE COLUMN_REF COMPARISON CONJUNCTION CONSTANT FUNCTION LAMBDA OPERATOR"
    " POSITIONAL_REFERENCE STAR SUBQUERY TYPE WINDOW"
)
OPERATORS = words(
    "ARRAY_CONSTRUCTOR ARRAY_EXTRACT ARRAY_SLICE COMPARE_IN COMPARE_NOT_IN GROUPING_FUNCTION OPERATOR_COALESCE"
    " OPERATOR_IS_NOT_NULL OPERATOR_IS_NULL OPERATOR_NOT OPERATOR_NULLIF OPERATOR_TRY OPERATOR_UNPACK"
    " STRUCT_EXTRACT"
)
QUERIES = frozenset({"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"})
TABLES = frozenset({"BASE_TABLE", "EMPTY", "EXPRESSION_LIST", "JOIN", "SHOW_REF", "SUBQUERY", "TABLE_FUNCTION"})
CLAUSES = frozenset({"DISTINCT_MODIFIER", "LIMIT_MODIFIER", "ORDER_MODIFIER"})
ORDERS = frozenset({"ASCENDING", "DESCENDING", "ORDER_DEFAULT"})
SHOWN = frozenset({"DESCRIBE", "SUMMARY", "SHOW"})
KEYS = words(
    "aggregate_handling alias aliases arg_orders arguments at_clause case_checks catalog catalog_name child children"
    " class collation column column_name_alias column_names columns comparison_type condition cte_map cte_name"
    " default_expr delim_flipped distinct distinct_on_targets duplicate_eliminated_columns else_expr end end_expr error"
    " exclude_clause exclude_list expected_names expected_types export_state expr expression filter filter_expr"
    " from_table function function_name group_expressions group_sets has_ignore_nulls having id identifier"
    " ignore_nulls index input is_implicit is_legacy_function_call is_null is_operator is_percentage join_type key"
    " key_targets kind left lhs limit limit_type literal lower map materialized method modifiers name named_param_map"
    " nearest_approx nearest_count nearest_order_type node null_order offset offset_expr order_bys orders partitions"
    " path payload_aggregates prioritize_table_when_binding qualified_exclude_list qualified_name qualify query"
    " query_location query_location_length query_node ranking_expression ref_type relation_name rename_list repeatable"
    " replace_list right sample sample_rate sample_size schema schema_name seed select_list setop_all setop_type"
    " show_type start start_expr statements subquery subquery_type syntax_type table table_name text then_expr try_cast"
    " type type_expr type_info type_name union_all upper using_columns value values when_expr where_clause"
    " with_ordinality"
)
MEETING = words(
    "BETWEEN CASE COMPARISON SUBQUERY WINDOW ARRAY_CONSTRUCTOR COMPARE_IN COMPARE_NOT_IN OPERATOR_COALESCE"
    " OPERATOR_NULLIF SET_OPERATION_NODE RECURSIVE_CTE_NODE EXPRESSION_LIST || concat if ifnull"
    " map nullif row struct_pack to_json json_object json_array json_group_array json_group_object row_to_json"
    " array_to_json md5_number format printf json_transform json_transform_strict from_json from_json_strict"
)
"""The classes and types of nodes, and names of functions, in which one value meets another one."""
CHOOSERS = ("list_", "array_", "greatest", "least", "floor", "ceil", "date_")
"""How the names of functions begin that give, or put together, some of their values, or take texts for times."""
ZONELESS = LOCAL_TIMES | {"DATETIME", "TIMESTAMP_US"}
ZONED, IN_UTC = r"\d:\d\d[\d:.]*\s*([+-]\d\d(:?\d\d)*|[A-Za-z][\w/+-]*)", r"\d\s*([+-]00(:?00)?|Z|UTC|GMT)"
"""An offset from UTC or the name of a zone behind a time, and those of UTC itself, which lose nothing."""
FINER = dict.fromkeys(("TIMESTAMP", "DATETIME", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_US"), "TIMESTAMP_NS") | {
    **dict.fromkeys(("TIMESTAMPTZ", "TIMESTAMP WITH TIME ZONE"), "TIMESTAMPTZ_NS"), "TIME": "TIME_NS",
    **dict.fromkeys(("TIMETZ", "TIME WITH TIME ZONE", "TIMESTAMP_NS", "TIMESTAMPTZ_NS", "TIME_NS")),
}  # fmt: skip
"""Types of times -> the one with nanoseconds, where there is a better one."""
MADE = words("DECIMAL JSON UHUGEINT") | ZONELESS
"""The types by whose casts a statement may lose something by itself."""
BEYOND = re.compile(r"(?<![\w.])[0-9]{39,}(?![\w.])")
"""A whole number that may have more than 127 bits."""
QUALIFIERS = ("catalog", "schema")


@attrs.frozen
class Relation:
    """A name after FROM that is none of the statement's own CTEs.

    Args:
        path: Its parts, as they are written.
        location: Where it begins, in bytes.
    """

    path: tuple[str, ...]
    location: int

    @property
    def name(self) -> str:
        """The parts joined by dots, for a dataset's name may have dots."""
        return ".".join(self.path)


@attrs.frozen
class Cast:
    """A cast that is written in a statement.

    Args:
        start: Where it begins, in bytes.
        length: How long it is, as the engine counts.
        type: The name of its type.
        type_start: Where the type begins.
        type_end: Where it ends.
        child: What is cast.
    """

    start: int
    length: int
    type: str
    type_start: int
    type_end: int
    child: Node


@attrs.frozen
class Statement:
    """A question that passed the check.

    Args:
        text: The SQL.
        top: Its outermost node.
        relations: The datasets that it names.
        columns: The names of columns as they stand: their parts, where they begin and how long they are, in bytes.
        types: The same for types without precision: their name, place and length.
        casts: The casts in it.
        aliases: Every name that qualifies columns, in lower case.
        labels: Every name that the statement itself gives to a column or table, in lower case.
        unnamed: A place within each value that it selects without a name, in bytes.
        everything: Whether it shows columns that it does not name.
        joins: Whether it joins.
        meets: Whether values of different types may meet in it.
    """

    text: str
    top: Node
    relations: tuple[Relation, ...]
    columns: tuple[tuple[tuple[str, ...], int, int], ...]
    types: tuple[tuple[str, int, int], ...]
    casts: tuple[Cast, ...]
    aliases: frozenset[str]
    labels: frozenset[str]
    unnamed: tuple[int, ...]
    everything: bool
    joins: bool
    meets: bool

    def mentioned(self) -> frozenset[str]:
        """Every part of every column's name, in lower case."""
        return frozenset(part.lower() for path, _, _ in self.columns for part in path)


@cache
def refused_functions() -> Mapping[str, str]:
    """The engine's functions: name -> why it is refused, or nothing where it is allowed."""
    lines = files("infino.local.sql").joinpath("functions.txt").read_text("utf-8").splitlines()
    parted = [line.partition("\t") for line in lines if not line.startswith("# ")]
    return {name: reason for name, _, reason in parted}


@cache
def engine_views() -> frozenset[str]:
    """The names of the engine's own views, which a statement may not use even for its CTEs."""
    with duckdb.connect() as engine:
        found = engine.execute("SELECT view_name FROM duckdb_views() WHERE internal").fetchall()
    return frozenset(name.lower() for (name,) in found)


def checked(cursor: duckdb.DuckDBPyConnection, text: str) -> Statement:
    """Parse a statement with the engine and check all of it.

    Args:
        cursor: Any cursor; it parses and runs nothing.
        text: The SQL.

    Raises:
        Problem: 400 for a syntax error, several statements, or anything that is not allowed.

    Examples:
        >>> checked(cursor, "SELECT carrier FROM flights").relations[0].name
        'flights'
    """
    row = cursor.execute("SELECT json_serialize_sql(?::VARCHAR)", [text]).fetchone()
    assert row is not None
    try:
        tree = orjson.loads(row[0])
    except orjson.JSONDecodeError:
        raise wrong_sql("the statement is nested too deeply") from None
    if tree["error"]:
        raise unreadable(text, tree)
    if len(tree["statements"]) != 1:
        raise wrong_sql(f"send one statement, not {len(tree['statements'])}")
    return Check(text).run(tree["statements"][0])


def unreadable(text: str, tree: Node) -> Exception:
    """Return the 400 for what the engine can't parse as a question."""
    if tree["error_type"] == "not implemented":
        return wrong_sql(f"{first_word(text)} is not supported here, or with other statements; {SEND}, one at a time")
    return wrong_sql(f"syntax error: {tree['error_message'].splitlines()[0]}{HINT}")


def nodes_of(tree: Any, *, closed: str = "") -> Iterator[Node]:
    """Yield every node of a statement or a plan, but for those that lie within nodes of one class."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            yield node
            if node.get("class") != closed:
                waiting += node.values()


def is_one(item: Node) -> bool:
    """Tell whether what is selected is one column, whatever the dataset: no `*`, no COLUMNS, nothing unnested."""
    return not any(
        node.get("class") == "STAR" or node.get("function_name") == "unnest"
        for node in nodes_of(item, closed="SUBQUERY")
    )


def cast_of(node: Node) -> Cast:
    """Return what is known of a cast; its type is that of the elements of a list."""
    type_ = node["type_expr"]
    while type_.get("type_name") == "list" and type_["children"]:
        type_ = type_["children"][0]
    start, end = int(type_["query_location"]), int(type_["query_location"]) + int(type_["query_location_length"])
    name = str(type_.get("type_name")).upper()
    return Cast(int(node["query_location"]), int(node["query_location_length"]), name, start, end, node["child"])


def loses_zone(text: str) -> bool:
    """Tell whether a text has a zone that a type without one would leave out."""
    return re.search(ZONED + r"\s*\Z", text, re.ASCII) is not None and not re.search(IN_UTC + r"\s*\Z", text, re.ASCII)


def loses_fraction(kind: str, text: str) -> str | None:
    """Return why a type of times does not hold the digits that a text has of a second, unless it does."""
    places = 9 if kind.endswith("_NS") else 6
    if kind not in FINER or not re.search(rf"\.\d{{{places}}}\d*[1-9]", text, re.ASCII):
        return None
    better = FINER[kind]
    return (
        f"which has no nanoseconds: write {better} '{text}'" if better else f"which keeps {places} digits of a second"
    )


class Check:
    """One walk over the tree of a statement.

    Args:
        text: The statement.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._relations: list[Relation] = []
        self._columns: list[tuple[tuple[str, ...], int, int]] = []
        self._types: list[tuple[str, int, int]] = []
        self._casts: list[Cast] = []
        self._qualifiers: set[str] = set()
        self._labels: set[str] = set()
        self._unnamed: list[int] = []
        self._everything = False
        self._idle: set[int] = set()
        self._joins = False
        self._meets = False
        self._queries = 0

    def run(self, statement: Node) -> Statement:
        """Check a statement and return what was found."""
        waiting: list[tuple[Any, frozenset[str]]] = [(statement, frozenset())]
        while waiting:
            node, ctes = waiting.pop()
            if isinstance(node, list):
                waiting += [(item, ctes) for item in node]
            elif isinstance(node, dict):
                waiting += self._inner(node, ctes)
        bare = {path[0].lower() for path, _, _ in self._columns if len(path) == 1}
        return Statement(
            text=self._text,
            top=statement["node"],
            relations=tuple(self._relations),
            columns=tuple(self._columns),
            types=tuple(self._types),
            casts=tuple(self._casts),
            aliases=frozenset(self._qualifiers),
            labels=frozenset(self._labels),
            unnamed=tuple(self._unnamed),
            everything=self._everything or not bare.isdisjoint(self._qualifiers),
            joins=self._joins,
            meets=self._meets
            or self._joins
            or not MADE.isdisjoint({*(cast.type for cast in self._casts), *(name for name, _, _ in self._types)})
            # Larger ones are of a type of their own, with any number of digits.
            or any(len(number) == 39 and int(number) < 2**128 for number in BEYOND.findall(self._text)),
        )

    def _inner(self, node: Node, ctes: frozenset[str]) -> Iterator[tuple[Any, frozenset[str]]]:
        """Check one node and yield what lies in it, each with the CTEs that can be seen there."""
        unknown = node.keys() - KEYS
        if unknown and not self._forbidden_query(node):
            raise wrong_sql(f"{min(unknown).upper()} is not supported")
        self._check_node(node, ctes)
        if len(node.get("group_sets") or ()) > MAX_GROUPINGS:
            raise wrong_sql(f"the statement has more than {MAX_GROUPINGS} grouping sets")
        selected = node.get("select_list") or ()
        if len(selected) > MAX_COLUMNS:
            raise wrong_sql(too_wide())
        computed = (item for item in selected if not item["alias"] and item["class"] != "COLUMN_REF" and is_one(item))
        self._unnamed += [int(item["query_location"]) for item in computed]
        given = [node.get("alias"), *(node.get("aliases") or ()), *(node.get("column_name_alias") or ())]
        self._labels.update(name.lower() for name in given if isinstance(name, str))
        for entry in (node.get("cte_map") or {}).get("map", ()):
            name = entry["key"].lower()
            self._check_cte(name)
            if entry["value"]["materialized"] == "CTE_MATERIALIZE_NEVER":
                raise wrong_sql("NOT MATERIALIZED is not supported: a CTE is worked out once")
            recursive = entry["value"]["query_node"]["type"] == "RECURSIVE_CTE_NODE"
            yield entry["value"], ctes | {name} if recursive else ctes
            ctes |= {name}
        for key, value in node.items():
            if key != "cte_map" and isinstance(value, dict | list):
                yield value, ctes

    def _forbidden_query(self, node: Node) -> bool:
        """Tell whether the node's kind gives a better reason to refuse it than its unknown keys."""
        kind = node.get("type")
        return isinstance(kind, str) and kind not in QUERIES | TABLES | CLAUSES

    def _check_cte(self, name: str) -> None:
        if name in engine_views():
            raise wrong_sql(f"a CTE can't be called {name}: the engine has a view of this name")
        self._qualifiers.add(name)

    def _check_node(self, node: Node, ctes: frozenset[str]) -> None:
        kind = node.get("type")
        self._idle.update(map(id, idle_stars(node)))
        self._meets = self._meets or not MEETING.isdisjoint((node.get("class"), str(kind)))
        if "class" in node:
            self._check_expression(node, str(node["class"]), str(kind))
        elif isinstance(kind, str):
            if kind in TABLES:
                self._check_table(node, kind, ctes)
            elif kind in QUERIES:
                self._queries += 1
                if self._queries > MAX_QUERIES:
                    raise wrong_sql(f"the statement has more than {MAX_QUERIES} queries in it")
            elif kind not in CLAUSES | ORDERS:
                raise wrong_sql(f"{kind.removesuffix('_QUERY_NODE')} is not supported inside a query")

    def _check_expression(self, node: Node, kind: str, type: str) -> None:
        if kind == "PARAMETER":
            raise wrong_sql("no value was given for a placeholder (?, $1 or $name): send one for each, as params")
        if kind not in EXPRESSIONS or (kind == "OPERATOR" and type not in OPERATORS):
            raise wrong_sql(f"{kind if kind != 'OPERATOR' else type} is not supported inside a query")
        if any(node.get(key) for key in QUALIFIERS):
            written = ".".join(node["qualified_name"]["path"])
            raise wrong_sql(f"{written} is not supported: functions and types have no qualifier")
        place = int(node["query_location"]), int(node["query_location_length"])
        if kind in ("FUNCTION", "WINDOW"):
            name = node["function_name"].lower()
            self._check_function(name)
            self._meets = self._meets or name.startswith(CHOOSERS) or name in MEETING
            if name in TEMPLATES:
                self._check_template(node["arguments"][:1])
        elif kind == "COLUMN_REF":
            self._columns.append((tuple(node["column_names"]), *place))
        elif kind == "STAR":
            self._everything |= id(node) not in self._idle
        elif kind == "CAST":
            self._check_cast(node)
            self._casts.append(cast_of(node))
        elif kind == "TYPE" and not node["children"]:
            self._types.append((node["type_name"].upper(), *place))

    def _check_cast(self, node: Node) -> None:
        """Refuse a time that is written for a type without its zone or its digits: the engine would leave them out."""
        name = str(node["type_expr"].get("type_name")).upper()
        text = str((node["child"].get("literal") or {}).get("text"))
        if name in ZONELESS and loses_zone(text):
            raise wrong_sql(f"{name} has no zone, so that of '{text}' would be lost: write TIMESTAMPTZ '{text}'")
        if (problem := loses_fraction(name, text)) is not None:
            raise wrong_sql(f"'{text}' is written as {name}, {problem}")

    def _check_function(self, name: str) -> None:
        reason = refused_functions().get(name, "the engine has none of this name")
        if reason:
            raise wrong_sql(f"the function {name} is not supported ({reason})")

    def _check_template(self, arguments: list[Node]) -> None:
        """Refuse a template that could make a value as large as a number in it says."""
        template = arguments[0]["expression"].get("literal") if arguments else None
        if template is None or re.search(r"\d{5}|\*|\{[^}]*\{", str(template.get("text"))):
            raise wrong_sql("format and printf take a template that is written out, with widths of four digits at most")

    def _check_table(self, node: Node, kind: str, ctes: frozenset[str]) -> None:
        if node.get("at_clause"):
            raise wrong_sql("AT is not supported inside a query")
        if node["alias"]:
            self._qualifiers.add(node["alias"].lower())
        if kind == "TABLE_FUNCTION":
            name = node["function"]["function_name"].lower()
            if name not in TABLE_FUNCTIONS:
                raise wrong_sql(f"the table function {name} is not supported; query datasets by name")
            self._qualifiers.add(name)
        elif kind == "JOIN":
            self._joins = True
            self._everything |= node["ref_type"] == "NATURAL"
            self._columns += [((name,), -1, 0) for name in node["using_columns"]]
        elif kind == "SHOW_REF":
            self._everything = True
            if node["show_type"] not in SHOWN:
                raise wrong_sql("of SHOW there is SHOW TABLES, SHOW COLUMNS FROM, and SHOW with the name of a dataset")
            if node["query"] is None:
                self._add_relation(node, ctes)
        elif kind == "BASE_TABLE":
            self._add_relation(node, ctes)

    def _add_relation(self, node: Node, ctes: frozenset[str]) -> None:
        path = tuple(node["qualified_name"]["path"])
        if len(path) == 1 and path[0].lower() in ctes:
            return
        if len(self._relations) == MAX_TABLES:
            raise wrong_sql(f"the statement has more than {MAX_TABLES} tables")
        relation = Relation(path, int(node["query_location"]))
        self._relations.append(relation)
        self._qualifiers.add(relation.name.lower())


MORE = ("group_expressions", "group_sets", "having", "sample")
"""What may make other rows of those that a question reads."""


def idle_stars(node: Node) -> list[Node]:
    """Return the stars of a node that ask for no column: the ALL of a question, and those of an EXISTS, about rows."""
    orders = (modifier.get("orders", ()) for modifier in node.get("modifiers", ()))
    every = [order["expression"] for given in orders for order in given if is_all(order["expression"])]
    if node.get("subquery_type") != "EXISTS" or node["subquery"]["node"]["type"] != "SELECT_NODE":
        return every
    query = node["subquery"]["node"]
    stars = [item for item in query["select_list"] if item["class"] == "STAR"]
    plain = all(not star[key] for star in stars for key in ("columns", *(key for key in star if key.endswith("_list"))))
    return stars if plain and keeps_rows(query) else []


def is_all(expression: Node) -> bool:
    """Tell whether a question is ordered by ALL, what it selects; the ALL of an aggregate is every column there is."""
    placeless = expression["class"] == "STAR" and int(expression["query_location"]) == NOWHERE
    return placeless and expression["columns"] and expression["expr"] is None


NOWHERE = 2**64 - 1


def keeps_rows(node: Node) -> bool:
    """Tell whether a question shows the rows that it reads, whatever of them is selected."""
    if node["aggregate_handling"] != "STANDARD_HANDLING" or any(node[key] for key in MORE):
        return False
    return all(map(means_the_same, node["modifiers"]))


def means_the_same(modifier: Node) -> bool:
    """Tell whether a clause leaves rows as they are, and means the same whatever is selected."""
    if modifier["type"] == "LIMIT_MODIFIER":
        return True
    orders = modifier["orders"] if modifier["type"] == "ORDER_MODIFIER" else ({"expression": {"class": "STAR"}},)
    return all(order["expression"]["class"] not in ("CONSTANT", "STAR", "POSITIONAL_REFERENCE") for order in orders)
