"""The SQLAlchemy 2 dialect `infino://`.

    engine = sqlalchemy.create_engine("infino://")                       # settings as for Infino()
    engine = sqlalchemy.create_engine("infino://IAK_X:secret@api.infino.ws")
    engine = sqlalchemy.create_engine("infino://IAK_X:secret@127.0.0.1:8000")   # plain http on loopback

Datasets are tables and their fields columns. Every statement takes effect at once; there are no transactions.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import re
import warnings
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, cast

from infino.core.extras import require

require("sqlalchemy", "sqlalchemy", "the dialect infino://")

from sqlalchemy import types  # noqa: E402  # only once it is known to be installed
from sqlalchemy.dialects import registry  # noqa: E402  # likewise
from sqlalchemy.engine import default, reflection  # noqa: E402  # likewise
from sqlalchemy.exc import CompileError, NoSuchTableError  # noqa: E402  # likewise
from sqlalchemy.schema import CreateIndex, CreateTable, DropIndex, DropTable, PrimaryKeyConstraint  # noqa: E402  # likewise
from sqlalchemy.sql import compiler  # noqa: E402  # likewise

from infino.core.endpoint import is_loopback  # noqa: E402  # likewise
from infino.core.errors import NotFoundError  # noqa: E402  # likewise
from infino.dbapi.standard import DataError, NotSupportedError, translated  # noqa: E402  # likewise
from infino.results.column import Kind, declared_kind  # noqa: E402  # likewise

if TYPE_CHECKING:
    from sqlalchemy.engine import URL, Connection
    from sqlalchemy.engine.interfaces import ReflectedColumn

    from infino import Infino

_TEXT: Final = {"type": "text", "fields": {"keyword": {"type": "keyword"}}}  # as the service itself maps text
_FIELDS: Final[tuple[tuple[type[types.TypeEngine[Any]], dict[str, Any]], ...]] = (
    (types.Boolean, {"type": "boolean"}),
    (types.Integer, {"type": "long"}),
    (types.Float, {"type": "double"}),
    (types.DateTime, {"type": "date"}),
    (types.Date, {"type": "date"}),
    (types.String, _TEXT),
    (types.Uuid, _TEXT),
    (types.Time, _TEXT),
    (types.LargeBinary, _TEXT),
)
"""What columns are in a dataset; of others, such as decimals and JSON, the service learns from their values."""
_FINER: Final = re.compile(r"\.\d{6}\d*[1-9]")
# What SQLAlchemy declares here differs from type to type; it takes a function, or None for values as they are.
_Processor = Any


class _Json(types.JSON):
    """Lists and objects are written as JSON text, and may arrive decoded."""

    def result_processor(self, dialect: Any, coltype: object) -> _Processor:
        return lambda value: _loads(value) if isinstance(value, str) else value


def _loads(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:  # text of a field that was not written through this type
        return text


def _careful(read: _Processor, kind: str) -> _Processor:
    """Refuse by name what Python has no time for, such as the year 10000 or nanoseconds."""

    def careful(value: Any) -> Any:
        try:
            if isinstance(value, str) and _FINER.search(value):  # Python would leave them out unseen
                raise ValueError("finer than a microsecond")
            return read(value)
        except (ValueError, OverflowError):
            raise DataError(f"{value!r} is no {kind} of Python: select it as text, cast(column, String)") from None

    return careful


def _instant(value: Any) -> Any:
    """A time as text; the service shows instants in UTC, where it must be one of Python too."""
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        try:
            value.astimezone(dt.UTC)
        except OverflowError:
            raise DataError(f"{value} is out of range in UTC, and so cannot be read again") from None
    return value.isoformat() if isinstance(value, dt.date) else value


class _DateTime(types.DateTime):
    """Times are ISO 8601 text: with a zone as instants, without one as they were written."""

    def bind_processor(self, dialect: Any) -> _Processor:
        return _instant

    def result_processor(self, dialect: Any, coltype: object) -> _Processor:
        zoned = self.timezone

        def read(value: Any) -> Any:
            found = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
            # The column says whether there are zones; times without one are UTC, as everywhere in the service.
            if not isinstance(found, dt.datetime) or (found.tzinfo is not None) is zoned:
                return found
            return found.replace(tzinfo=dt.UTC) if zoned else found.astimezone(dt.UTC).replace(tzinfo=None)

        return _careful(read, "datetime")

    def literal_processor(self, dialect: Any) -> Any:
        return lambda value: f"'{_instant(value)}'"


class _LearnedDateTime(_DateTime):
    """Times of which a schema does not say whether they have a zone: each keeps its own."""

    def result_processor(self, dialect: Any, coltype: object) -> _Processor:
        return _careful(lambda value: dt.datetime.fromisoformat(value) if isinstance(value, str) else value, "datetime")


class _Date(types.Date):
    """Dates are ISO 8601 text."""

    def bind_processor(self, dialect: Any) -> _Processor:
        return lambda value: value.isoformat() if isinstance(value, dt.date) else value

    def result_processor(self, dialect: Any, coltype: object) -> _Processor:
        def read(value: Any) -> Any:
            if isinstance(value, str):
                return dt.date.fromisoformat(value[:10])
            return value.date() if isinstance(value, dt.datetime) else value

        return _careful(read, "date")


class _Time(types.Time):
    """Times of day are ISO 8601 text."""

    def bind_processor(self, dialect: Any) -> _Processor:
        return lambda value: value.isoformat() if isinstance(value, dt.time) else value

    def result_processor(self, dialect: Any, coltype: object) -> _Processor:
        return _careful(lambda value: dt.time.fromisoformat(value) if isinstance(value, str) else value, "time")


class _Binary(types.LargeBinary):
    """Bytes are base64 text, as in every other way in."""

    def bind_processor(self, dialect: Any) -> _Processor:
        return lambda value: None if value is None else base64.b64encode(value).decode("ascii")

    def literal_processor(self, dialect: Any) -> Any:
        return lambda value: f"'{base64.b64encode(value).decode('ascii')}'"

    def result_processor(self, dialect: Any, coltype: object) -> _Processor:
        return lambda value: base64.b64decode(value) if isinstance(value, str) else value


class _Numeric(types.Numeric[Any]):
    """Decimals arrive as the digits that were written, however the service holds them."""

    def result_processor(self, dialect: Any, coltype: object) -> _Processor:
        if not self.asdecimal:
            return lambda value: None if value is None else float(value)
        # By way of `repr`, the shortest digits that give this float: Decimal(0.1) would show all of its binary value.
        return lambda value: value if value is None else Decimal(repr(value) if isinstance(value, float) else value)


class _Double(types.Double[Any]):
    """Floats, also where the service found whole numbers."""

    def result_processor(self, dialect: Any, coltype: object) -> _Processor:
        wanted = Decimal if self.asdecimal else float
        return lambda value: value if value is None else wanted(repr(value) if isinstance(value, float) else value)


class _LearnedDouble(_Double):
    """Numbers that a schema calls floats, decimals among them: those that no float carries stay decimals."""

    def result_processor(self, dialect: Any, coltype: object) -> _Processor:
        def read(value: Any) -> Any:
            if value is None:
                return None
            found = float(value)
            return found if not isinstance(value, Decimal) or Decimal(repr(found)) == value else value

        return read


class _Float(types.Float[Any]):
    """Floats, also where the service found whole numbers."""

    result_processor = _Double.result_processor


_TYPES: Final[dict[Kind | None, type[types.TypeEngine[Any]]]] = {
    "integer": types.BigInteger,
    "float": _LearnedDouble,
    "decimal": types.Numeric,
    "boolean": types.Boolean,
    "timestamp": _LearnedDateTime,
    "date": types.Date,
    "time": types.Time,
    "array": types.JSON,
    "object": types.JSON,
}
"""What the kinds of columns are to SQLAlchemy; others are text."""


class InfinoTypeCompiler(compiler.GenericTypeCompiler):
    """Names of types; they are seen in a CAST, for datasets are not made by SQL."""

    def visit_JSON(self, type_: Any, **kw: Any) -> str:  # noqa: N802  # SQLAlchemy names it so
        """JSON text."""
        return "JSON"


class InfinoCompiler(compiler.SQLCompiler):
    """SQL where the service differs from the standard way of SQLAlchemy."""

    def visit_floordiv_binary(self, binary: Any, operator: Any, **kw: Any) -> str:
        """A quotient rounded down: `/` of whole numbers has a fraction with some engines."""
        # SQLAlchemy's `//` trusts `/` to divide whole numbers without a fraction, which not every engine does.
        left, right = self.process(binary.left, **kw), self.process(binary.right, **kw)
        if not all(isinstance(side.type, types.Integer) for side in (binary.left, binary.right)):
            return f"FLOOR(CAST({left} AS DOUBLE) / ({right}))"
        # Without the remainder the division comes out even. Where it is one of floats all the same, the first
        # quotient is near, and what it misses is small enough to be divided exactly.
        rest = f"(({left}) % ({right}))"
        near = f"CAST((({left}) - {rest}) / ({right}) AS BIGINT)"
        missed = f"CAST((({left}) - {rest} - {near} * ({right})) / ({right}) AS BIGINT)"
        below = f"CASE WHEN {rest} <> 0 AND ({rest} < 0) <> (({right}) < 0) THEN 1 ELSE 0 END"
        return f"({near} + {missed} - {below})"

    def limit_clause(self, select: Any, **kw: Any) -> str:
        """LIMIT and OFFSET, each only where it was asked for."""
        # The general compiler writes `LIMIT -1` for an OFFSET alone, as SQLite wants it.
        parts = [("LIMIT", select._limit_clause), ("OFFSET", select._offset_clause)]
        return "".join(f"\n {word} {self.process(part, **kw)}" for word, part in parts if part is not None)


class InfinoDialect(default.DefaultDialect):
    """How SQLAlchemy talks to Infino."""

    name = "infino"
    driver = "http"
    default_paramstyle = "qmark"
    supports_statement_cache = True
    supports_native_boolean = True
    supports_native_decimal = True
    supports_multivalues_insert = True
    # The service fills in no values, and a dataset's fields are not declared: no DEFAULT, no ALTER TABLE.
    supports_default_values = False
    supports_default_metavalue = False
    supports_alter = False
    supports_sane_rowcount = True
    supports_sane_multi_rowcount = True
    postfetch_lastrowid = False
    insert_returning = False
    max_identifier_length = 255
    statement_compiler = InfinoCompiler
    type_compiler_cls = InfinoTypeCompiler
    colspecs = {  # noqa: RUF012  # as SQLAlchemy declares it
        types.JSON: _Json,
        types.DateTime: _DateTime,
        types.Date: _Date,
        types.Time: _Time,
        types.LargeBinary: _Binary,
        types.Numeric: _Numeric,
        types.Double: _Double,
        types.Float: _Float,
    }

    @classmethod
    def import_dbapi(cls) -> Any:
        """The PEP 249 module."""
        from infino import dbapi

        return dbapi

    def create_connect_args(self, url: URL) -> tuple[list[str], dict[str, Any]]:
        """Settings of the client out of the address; what it leaves out comes from the environment or a profile."""
        settings: dict[str, Any] = {name: value for name, value in url.query.items() if name in ("profile", "region")}
        if url.host:
            # A password in a URL must not cross a network in the clear, so plain http is assumed on this machine only.
            scheme = url.query.get("scheme") or ("http" if is_loopback(url.host.lower()) else "https")
            # SQLAlchemy strips the brackets of an IPv6 address.
            host = f"[{url.host}]" if ":" in url.host else url.host
            port = f":{url.port}" if url.port else ""
            settings["endpoint"] = f"{scheme}://{host}{port}{'/' + url.database if url.database else ''}"
        if url.username:
            settings["access_key"] = url.username
        if url.password:
            settings["secret_key"] = str(url.password)
        return [], settings

    def do_execute(self, cursor: Any, statement: str, parameters: Any, context: Any = None) -> None:
        """Run a statement; datasets are made and deleted by calls of their own, for SQL cannot."""
        # DDL is recognised by its construct and not by its text; text of a user is sent as it is.
        made = getattr(getattr(context, "compiled", None), "statement", None)
        if isinstance(made, CreateIndex | DropIndex):
            if made.element.unique:
                raise NotSupportedError(f"{made.element.name}: nothing but _id is unique in a dataset")
            return  # the service indexes every field by itself
        if not isinstance(made, CreateTable | DropTable):
            cursor.execute(statement, parameters)
            return
        client, name = cursor.connection.client, made.element.name
        if made.element.schema is not None:  # before another dataset of that name is deleted
            raise NotSupportedError(f"{made.element.schema}.{name}: datasets lie side by side, without schemas")
        with translated():
            if isinstance(made, DropTable):
                client.datasets.delete(name)
            else:
                client.datasets.create(name, mapping=_mapping(made.element))
                _warn_of_constraints(made.element)

    def do_rollback(self, dbapi_connection: Any) -> None:
        """Do nothing: there is no transaction to undo."""

    def do_commit(self, dbapi_connection: Any) -> None:
        """Do nothing: every statement has taken effect already."""

    @reflection.cache
    def get_table_names(self, connection: Connection, schema: str | None = None, **kw: Any) -> list[str]:
        """The names of the datasets."""
        return [] if schema is not None else [str(found.name) for found in _client(connection).datasets.list()]

    @reflection.cache
    def get_columns(
        self, connection: Connection, table_name: str, schema: str | None = None, **kw: Any
    ) -> list[ReflectedColumn]:
        """The fields of a dataset with `_id` before them."""
        if schema is not None:  # there is none
            raise NoSuchTableError(f"{schema}.{table_name}")
        try:
            fields = _client(connection).datasets.schema(table_name)
        except NotFoundError as error:
            raise NoSuchTableError(table_name) from error
        # A schema lists the fields of the records; `_id` is not one of them.
        names = {"_id": "string"} | {str(field.name): str(field.type or "") for field in fields}
        return [
            cast(
                "ReflectedColumn",
                {
                    "name": name,
                    "type": _TYPES.get(declared_kind(declared), types.String)(),
                    "nullable": name != "_id",
                    "default": None,
                },
            )
            for name, declared in names.items()
        ]

    @reflection.cache
    def has_table(self, connection: Connection, table_name: str, schema: str | None = None, **kw: Any) -> bool:
        """Whether there is a dataset of that name."""
        return schema is None and _client(connection).datasets.exists(table_name)

    def get_schema_names(self, connection: Connection, **kw: Any) -> list[str]:
        """None: datasets lie side by side."""
        return []

    def get_view_names(self, connection: Connection, schema: str | None = None, **kw: Any) -> list[str]:
        """None: there are no views."""
        return []

    def get_pk_constraint(self, connection: Connection, table_name: str, schema: str | None = None, **kw: Any) -> Any:
        """`_id` identifies a record."""
        return {"name": None, "constrained_columns": ["_id"]}

    def get_foreign_keys(self, connection: Connection, table_name: str, schema: str | None = None, **kw: Any) -> Any:
        """None: records don't refer to each other."""
        return []

    def get_indexes(self, connection: Connection, table_name: str, schema: str | None = None, **kw: Any) -> Any:
        """None: the service indexes by itself."""
        return []

    def get_unique_constraints(
        self, connection: Connection, table_name: str, schema: str | None = None, **kw: Any
    ) -> Any:
        """None."""
        return []

    def get_check_constraints(
        self, connection: Connection, table_name: str, schema: str | None = None, **kw: Any
    ) -> Any:
        """None."""
        return []

    def get_table_comment(self, connection: Connection, table_name: str, schema: str | None = None, **kw: Any) -> Any:
        """None."""
        return {"text": None}


def _mapping(table: Any) -> dict[str, Any] | None:
    """The types of the columns, as far as a mapping has them."""
    for column in table.columns:
        if column.server_default is not None or column.identity is not None:
            raise CompileError(f"{table.name}.{column.name}: the service fills in nothing by itself")
    found = {
        column.name: field
        for column in table.columns
        if column.name != "_id"
        if (field := next((field for kind, field in _FIELDS if isinstance(column.type, kind)), None))
    }
    return {"properties": found} if found else None


def _warn_of_constraints(table: Any) -> None:
    """Say that nobody will watch over what a table declares: models of the ORM cannot do without keys."""
    loose = [
        f"{type(constraint).__name__}({', '.join(column.name for column in getattr(constraint, 'columns', ()))})"
        for constraint in table.constraints
        if not (isinstance(constraint, PrimaryKeyConstraint) and {*constraint.columns.keys()} <= {"_id"})
    ]
    if loose:
        problem = f"{table.name}: {', '.join(sorted(loose))} will not be enforced: a dataset has only its _id"
        warnings.warn(problem, stacklevel=2)


def _client(connection: Connection) -> Infino:
    return cast("Infino", cast("Any", connection.connection.dbapi_connection).client)


# The entry points of the package say the same; this is for a checkout on the path that was not installed.
registry.register("infino", __name__, "InfinoDialect")
registry.register("infino.http", __name__, "InfinoDialect")

__all__ = ["InfinoDialect"]
