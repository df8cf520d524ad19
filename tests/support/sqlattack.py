"""Statements that try everything: a grammar over the engine's whole catalogue, for a caller who may see little of it.

Each statement is asked of two gateways that differ in nothing but what is hidden from the caller. Whatever it does, the
two answers must be the same, byte for byte: then nothing hidden came out, neither as a value nor through an error.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import attrs
import duckdb
import orjson

from infino.local import LocalGateway
from infino.local.access import Principal
from infino.local.http import Problem
from infino.local.sql import run
from tests.support.people import permission
from tests.support.signed import Signed

CANARY = "CANARY"
UNSTEADY = re.compile(
    r"random|uuid|now\b|today|current_|localtime|transaction_timestamp|\bage\b|\bago\b|reservoir|setseed|sample|clock"
    r"|stopped after",
    re.IGNORECASE,
)
"""What differs from call to call, whatever is hidden."""
VISIBLE = ("_id", "a", "b", "name", "day", "tags", "user.city", "mixed", "either", "items")
HIDDEN = ("either.pin", "items.pin", "ssn", "salary", "user.phone", "_source", "_version", "rowid", "deep.er")
RULES: dict[str, Any] = {"Deny": ["ssn", "user.phone", "deep", "either.pin", "items.pin"], "Mask": {"salary": "redact"}}
READER, WRITER = Principal("reader", "x"), Principal("writer", "x")


def documents(hidden: str) -> list[dict[str, Any]]:
    """The documents of the dataset that may be read; `hidden` makes what is hidden in them."""
    digits = int.from_bytes(hidden.encode()[-3:], "big")
    return [
        {
            "a": number, "b": number / 4, "name": f"n{number % 3}", "day": f"2024-01-0{number % 9 + 1}",
            "tags": [f"t{number}", "x"], "user": {"city": "Oslo", "phone": f"{CANARY}{hidden}{number}"},
            "mixed": number if number % 2 else f"m{number}", "ssn": f"{CANARY}-{hidden}-{number}",
            "salary": digits * 10 + number, "deep": {"er": [{"er": f"{CANARY}{hidden}"}] * len(hidden)},
            "either": "plain" if number % 2 else {"pin": f"{CANARY}{hidden}", "open": number},
            "items": [number, {"pin": f"{CANARY}{hidden}", "open": number}] if number % 3 else [number],
        }
        for number in range(12)
    ]  # fmt: skip


@attrs.frozen
class Attack:
    """What came of one statement on both gateways."""

    text: str
    answers: tuple[str, str]

    @property
    def fault(self) -> str | None:
        """What is wrong with it, or None."""
        if any(answer.startswith("500") for answer in self.answers):
            return "failed inside"
        if any(CANARY in answer.replace(self.text, "") for answer in self.answers):
            return "leaked"
        unsteady = UNSTEADY.search(self.text + "".join(self.answers))
        return "tells what is hidden" if self.answers[0] != self.answers[1] and not unsteady else None


class Twins:
    """Two gateways that are the same but for what is hidden from `READER` and `WRITER`.

    `keys` has the keys of both users, for each gateway.
    """

    def __init__(self) -> None:
        self.keys: dict[str, list[dict[str, str]]] = {"reader": [], "writer": []}
        self.gateways = [LocalGateway(sql_timeout=5, sql_rows=5000).start() for _ in range(2)]
        for gateway, hidden in zip(self.gateways, ("first", "other-one"), strict=True):
            signed = Signed(gateway)
            for name in ("pub", "secret"):
                signed("PUT", f"/{name}")
            self._fill(signed, documents(hidden))
            secrets = [{"_id": str(n), "s": f"{CANARY}{hidden}{n}", "n": n} for n in range(len(hidden))]
            signed.bulk("secret", *(line for one in secrets for line in ({"index": {"_id": one.pop("_id")}}, one)))
            samples = "".join(f'm{{job="j{n}",ssn="{CANARY}{hidden}{n}"}} {n} 1750000000000\n' for n in range(3))
            signed("PUT", "/meter")
            signed("POST", "/meter/metrics", samples.encode(), "text/plain")
            for name, actions in (("reader", ["read"]), ("writer", ["read", "write"])):
                role = permission(resources=["pub", "meter"], actions=actions, **RULES)
                signed("PUT", f"/role/{name}", {"Permissions": [role]})
                made = signed("PUT", f"/user/{name}", {"Roles": [name]}).json
                self.keys[name].append({"access_key": made["access_key"], "secret_key": made["secret_key"]})
        self._kept = [self._stored(gateway) for gateway in self.gateways]

    def close(self) -> None:
        """Stop both."""
        for gateway in self.gateways:
            gateway.stop()

    @property
    def tables(self) -> tuple[str, ...]:
        """The names of the tables and views behind the datasets, with and without what qualifies them."""
        store = self.gateways[0].state.store
        with store.reading() as cursor:
            rows = cursor.execute("SELECT database_name, schema_name, table_name FROM duckdb_tables()").fetchall()
            views = cursor.execute("SELECT database_name, schema_name, view_name FROM duckdb_views()").fetchall()
        return tuple(name for row in rows + views for name in (row[2], ".".join(row), f"{row[1]}.{row[2]}"))

    def ask(self, text: str, principal: Principal = READER) -> Attack:
        """Ask both gateways."""
        first, second = (self._answer(gateway, principal, text) for gateway in self.gateways)
        if first != second and principal is READER:  # rows that threads gather may come in any order, or be any at all
            answers = [{self._answer(gateway, principal, text) for _ in range(4)} for gateway in self.gateways]
            first, second = (answers[0] & answers[1] or {first}).pop(), (answers[0] & answers[1] or {second}).pop()
        return Attack(text, (first, second))

    def write(self, text: str) -> Attack:
        """Change both gateways, then see that nothing hidden changed, and take everything back."""
        attack = self.ask(text, WRITER)
        if all(answer.startswith("200") for answer in attack.answers):
            for gateway, kept in zip(self.gateways, self._kept, strict=True):
                now = self._stored(gateway)
                if any(hidden_of(now[id]) != hidden_of(kept[id]) for id in now.keys() & kept.keys()):
                    return attrs.evolve(attack, answers=("500 a hidden field was written", ""))
                signed = Signed(gateway)
                signed("PATCH", "/pub", {"query": {"match_all": {}}})
                self._fill(signed, list(kept.values()))
        return attack

    def _fill(self, signed: Signed, rows: Sequence[dict[str, Any]]) -> None:
        signed.bulk(
            "pub", *(line for number, row in enumerate(rows) for line in ({"index": {"_id": str(number)}}, row))
        )

    def _stored(self, gateway: LocalGateway) -> dict[str, dict[str, Any]]:
        hits = Signed(gateway)("POST", "/pub/querydsl", {"size": 1000, "sort": ["_doc"]}).json["hits"]["hits"]
        return {hit["_id"]: hit["_source"] for hit in sorted(hits, key=lambda hit: (len(hit["_id"]), hit["_id"]))}

    def _answer(self, gateway: LocalGateway, principal: Principal, text: str) -> str:
        try:
            answer = orjson.loads(run(gateway.state, principal, text))
        except Problem as problem:
            return f"{problem.status} {problem.reason}"
        except Exception as error:  # whatever it is, a caller would get a 500 for it
            return f"500 {error!r}"
        answer["rows"].sort(key=orjson.dumps)
        return "200 " + orjson.dumps({**answer, "execution_time": 0}).decode()


def hidden_of(document: dict[str, Any]) -> tuple[Any, ...]:
    """The values that the rules hide or mask."""
    user = document.get("user")
    either = document.get("either")
    pin = isinstance(either, dict) and either.get("pin")
    return (
        *(document.get(name) for name in ("ssn", "salary", "deep")),
        pin,
        isinstance(user, dict) and user.get("phone"),
    )


class Grammar:
    """Makes statements.

    Args:
        seed: What it chooses by.
        tables: Names of tables that are not the caller's.
    """

    def __init__(self, seed: int, tables: Sequence[str]) -> None:
        self._dice = random.Random(seed)
        self._tables = tables
        self._bold = True  # whether the statement at hand may name what is not the caller's
        with duckdb.connect() as engine:
            rows = engine.execute(
                "SELECT function_name, function_type, parameter_types, len(parameters) FROM duckdb_functions()"
            ).fetchall()
            self._views = [name for (name,) in engine.execute("SELECT view_name FROM duckdb_views()").fetchall()]
        plain = re.compile(r"[A-Za-z_]\w*")
        named = [row for row in rows if plain.fullmatch(row[0])]
        self._table_functions = sorted({row[0] for row in named if "table" in row[1] or row[1] == "pragma"})
        self._calls = sorted(
            {
                (name, tuple(types or ["ANY"] * (count or 0)))
                for name, kind, types, count in named
                if "table" not in kind
            },
            key=repr,
        )
        self._dice.shuffle(self._calls)

    def statements(self, count: int) -> Iterator[tuple[bool, str]]:
        """Yield statements, each with whether it writes; every function of the engine comes up in turn."""
        kinds: list[Callable[[], str]] = [self._query] * 6 + [self._describing] + [self._odd]
        for number in range(count):
            self._bold = self._dice.random() < 0.5
            if number % 5 == 4:
                yield True, self._writing()
            elif number % 5 == 3:
                name, types = self._calls[number // 5 % len(self._calls)]
                yield False, f"SELECT {self._call(name, types)} FROM {self._one('pub', 'pub p', self._table(1))}"
            else:
                yield False, self._one(*kinds)()

    def _one(self, *choices: Any) -> Any:
        return self._dice.choice(choices)

    def _maybe(self, text: str, odds: float = 0.3) -> str:
        return text if self._dice.random() < odds else ""

    def _column(self) -> str:
        name = self._one(*VISIBLE, *VISIBLE, *(HIDDEN if self._bold else ()))
        shown = self._one(name, f'"{name}"', f"`{name}`", name.upper())
        return self._maybe(self._one("p.", "pub.", "x.", "secret."), 0.2 if self._bold else 0) + str(shown)

    def _value(self, kind: str | None = None) -> str:
        kind = kind or "ANY"
        by_kind = {
            "VARCHAR": ("name", "'a'", "'$.a'", "user.city", "'%Y'", self._column()), "BIGINT": ("a", "1", "-3"),
            "DOUBLE": ("b", "0.5", "2"), "DATE": ("day", "DATE '2024-01-01'"), "BOOLEAN": ("a > 3", "true"),
            "JSON": ("'{\"a\": [1]}'::JSON", "to_json(p)", "to_json(pub)"), "BLOB": ("name::BLOB",),
            "LAMBDA": ("lambda e: e", "lambda e, i: e"), "INTERVAL": ("INTERVAL 1 DAY",), "BIT": ("'101'::BIT",),
            "TIMESTAMP": ("day::TIMESTAMP", "TIMESTAMP '2024-01-01 01:02:03'"), "MAP": ("map {'k': a}",),
        }  # fmt: skip
        if kind.endswith("[]"):
            return str(self._one("tags", f"[{self._value(kind[:-2])}]", "list_value(a, 1)"))
        key = {"INTEGER": "BIGINT", "HUGEINT": "BIGINT", "UBIGINT": "BIGINT", "FLOAT": "DOUBLE"}.get(kind, kind)
        key = next((known for known in by_kind if key.startswith(known)), "")
        return str(self._one(*by_kind.get(key, (self._column(), "a", "tags", "'x'", "NULL", "{'k': a}", "b"))))

    def _call(self, name: str, types: Sequence[str]) -> str:
        arguments = ", ".join(self._value(kind) for kind in types)
        return f'"{name}"({arguments})' + self._maybe(
            self._one(" OVER ()", " FILTER (a > 1)", " OVER (ORDER BY ssn)"), 0.15
        )

    def _expression(self, depth: int) -> str:
        if depth <= 0:
            return self._one(self._column, self._value, lambda: str(self._dice.randint(-9, 99)))()
        inner = [self._expression(depth - 1) for _ in range(3)]
        return str(
            self._one(
                lambda: self._call(*self._one(*self._calls)),
                lambda: (
                    f"{inner[0]} {self._one('=', '<', '||', '+', '%', 'LIKE', 'IS DISTINCT FROM', 'AND')} {inner[1]}"
                ),
                lambda: f"CASE WHEN {inner[0]} THEN {inner[1]} ELSE {inner[2]} END",
                lambda: f"CAST({inner[0]} AS {self._one('VARCHAR', 'BIGINT', 'DECIMAL', 'JSON', 'INT[]')})",
                lambda: f"TRY({inner[0]})",
                lambda: f"({self._select(depth - 1)} LIMIT 1)",
                lambda: f"{self._maybe('NOT ')}EXISTS ({self._select(depth - 1)})",
                lambda: f"{inner[0]} {self._one('IN', '= ANY', '> ALL')} ({self._select(depth - 1)})",
                lambda: f"ARRAY({self._select(depth - 1)})",
                lambda: f"list_transform(tags, lambda e: {inner[0]})",
                lambda: f"[{inner[0]} FOR e IN tags IF {inner[1]}]",
                lambda: f"row_number() OVER (PARTITION BY {inner[0]} ORDER BY {inner[1]})",
                lambda: f"COLUMNS({self._one('*', 'x -> true', repr('s.*'), 'lambda c: c LIKE ' + repr('%s%'))})",
                lambda: f"error({inner[0]}::VARCHAR)",
            )()
        )

    def _items(self, depth: int) -> str:
        column = self._column()
        star = "*" + self._maybe(self._one(" EXCLUDE (a)", f" REPLACE ({column} AS a)", " RENAME (a AS z)"))
        expressions = [
            self._expression(depth) + self._maybe(self._one(" AS ssn", " AS x", " AS pub")) for _ in range(2)
        ]
        rows = ("p", "x", "p.*") if self._bold else ()
        return str(self._one(star, expressions[0], expressions[1], ", ".join(expressions), "pub", *rows))

    def _table(self, depth: int) -> str:
        if depth <= 0:
            others = ("secret", self._foreign()) if self._bold else ()
            return str(self._one("pub", "pub", "pub p", '"pub" AS x', "PUB", *others))
        inner = [self._table(depth - 1) for _ in range(2)]
        condition = self._expression(0)
        return str(
            self._one(
                lambda: f"({self._select(depth - 1)}) {self._one('p', 'x', 'secret')}",
                lambda: f"{inner[0]}, LATERAL ({self._select(depth - 1)}) x",
                lambda: f"{inner[0]} {self._one('LEFT', 'FULL', 'SEMI', 'ANTI', '')} JOIN {inner[1]} ON {condition}",
                lambda: f"{inner[0]} JOIN {inner[1]} USING ({self._one('_id', 'ssn', 'a')})",
                lambda: f"{inner[0]} {self._one('NATURAL', 'CROSS', 'POSITIONAL')} JOIN {inner[1]}",
                lambda: f"{inner[0]}, {self._one('', 'LATERAL ')}{self._foreign() if self._bold else 'range(2)'} AS y",
                lambda: f"(VALUES ({condition})) x(a)",
                lambda: f"unnest({self._value('VARCHAR[]')}) x(a)",
                lambda: f"({self._describing()}) x",
            )()
        )

    def _foreign(self) -> str:
        """Something after FROM that is not the caller's."""
        table = self._one(*self._tables)
        return str(
            self._one(
                table,
                self._one(*self._views),
                f"{self._one('main', 'temp', 'system', 'pg_catalog', 'information_schema')}.{self._one(*self._views)}",
                f"{self._one('query_table', 'histogram_values')}('{table}')",
                f"query('SELECT * FROM {table}')",
                f"{self._one(*self._table_functions)}({self._one('', repr(table), repr('/etc/hostname'), '1')})",
                "'/etc/hostname'",
                "'pub.csv'",
            )
        )

    def _select(self, depth: int) -> str:
        order = f" ORDER BY {self._expression(0)}"
        return (
            f"SELECT {self._maybe('DISTINCT ', 0.1)}{self._items(depth)} FROM {self._table(depth)}"
            + self._maybe(f" WHERE {self._expression(depth)}")
            + self._maybe(f" GROUP BY {self._one('ALL', '1', f'CUBE (a, {self._column()})', self._column())}", 0.15)
            + self._maybe(f" HAVING {self._expression(1)}", 0.1)
            + self._maybe(f" QUALIFY {self._expression(1)}", 0.1)
            + self._maybe(order)
            + self._maybe(f" USING SAMPLE {self._one('3 ROWS', '10%', 'reservoir(3 ROWS)')}", 0.05)
        )

    def _query(self) -> str:
        depth = self._dice.randint(0, 2)
        query = self._select(depth)
        if self._dice.random() < 0.25:
            word = self._one("UNION", "UNION ALL", "UNION ALL BY NAME", "EXCEPT", "INTERSECT")
            query = f"({query}) {word} ({self._select(depth)})"
        if self._dice.random() < 0.35:
            others = ("secret", *self._tables[:6], *self._views[:3]) if self._bold else ()
            name = self._one("p", "x", "pub", "pub", *others)
            body = self._one(f"SELECT * FROM {name}", self._select(0), f"SELECT 1 a UNION SELECT * FROM {name}", query)
            query = (
                f"WITH {self._maybe('RECURSIVE ', 0.6)}{name} AS ({body}) {self._one(query, f'SELECT * FROM {name}')}"
            )
        return query + self._maybe(f" LIMIT {self._one('1', '3', '(SELECT count(*) FROM pub)')}")

    def _describing(self) -> str:
        word = self._one("DESCRIBE", "SUMMARIZE", "SHOW", "EXPLAIN", "EXPLAIN ANALYZE", "SHOW ALL TABLES", "DESC")
        return f"{word} {self._one('pub', 'secret', self._select(0), self._foreign(), '')}"

    def _odd(self) -> str:
        """Statements that try to be read in two ways."""
        table, query = self._one(*self._tables), self._select(0)
        return str(
            self._one(
                f"{query}; SELECT * FROM {table}", f"{query} -- ; {table}", f"/* {query} */ SELECT * FROM {table}",
                f"SELECT 1) AS result(c0), (SELECT * FROM {table}", f"SELECT * FROM pub p) t, {table} --",
                f"SELECT $$ {table} $$, * FROM {table}", f"SELECT E'\\'' FROM {table} --'", f"FROM {table} SELECT *",
                f"TABLE {table}", f"FROM pub PIVOT (count(*) FOR {self._column()} IN (1))",
                "UNPIVOT pub ON ssn", f"PIVOT {table} ON s USING count(*)", f"SELECT * INTO x FROM {table}",
                f"COPY {table} TO '/tmp/x'", f"CREATE TEMP VIEW v AS FROM {table}",
                "SET search_path = 'memory'", "COMMIT",
                f"WITH x AS (DELETE FROM {table} RETURNING *) FROM x", f"SELECT 'x'::{table}", f"EXECUTE {table}",
                f"CALL query('FROM {table}')", "PRAGMA show_tables", f"SELECT json_serialize_sql('FROM {table}')",
                f"FROM json_execute_serialized_sql(json_serialize_sql('FROM {table}'))", "ATTACH ':memory:' AS x",
                f"SELECT getvariable('x'), current_setting('{self._one('threads', 'temp_directory')}')", "USE memory",
                f"SELECT {self._one('current_user', 'current_catalog', 'user', 'current_schema')} FROM pub",
                f"SELECT * FROM pub AT (VERSION => {self._dice.randint(0, 9)})", "SELECT ssn.a.b FROM pub",
            )
        )  # fmt: skip

    def _writing(self) -> str:
        column, value = self._column(), self._expression(self._dice.randint(0, 1))
        where = self._maybe(f" WHERE {self._expression(1)}", 0.7)
        source = self._one(
            f"VALUES ('{self._dice.randint(0, 20)}', {value})", f"SELECT _id, {value} FROM {self._table(1)}"
        )
        conflict = self._one("", " ON CONFLICT DO NOTHING", f" ON CONFLICT (_id) DO UPDATE SET {column} = {value}")
        return str(
            self._one(
                f"UPDATE pub SET {column} = {value}{where}",
                f"UPDATE pub p SET a = {value}, user = {self._expression(0)}{where}",
                f"DELETE FROM {self._one('pub', 'secret', self._one(*self._tables))}{where}",
                f"{self._one('INSERT', 'UPSERT')} INTO pub (_id, {column}) {source}",
                f"INSERT INTO pub (_id, {self._one('a', 'ssn', 'user', 'deep')}) {source}{conflict}",
                f"INSERT INTO {self._one(*self._tables)} (_id, a) {source}",
                f"INSERT INTO pub (_id, a) WITH RECURSIVE {self._one(*self._tables)} AS ({self._select(0)}) {source}",
            )
        )
