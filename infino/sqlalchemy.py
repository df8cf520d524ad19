"""The SQLAlchemy 2 dialect `infino://`.

    engine = sqlalchemy.create_engine("infino://")                       # settings as for Infino()
    engine = sqlalchemy.create_engine("infino://IAK_X:secret@api.infino.ws")
    engine = sqlalchemy.create_engine("infino://IAK_X:secret@127.0.0.1:8000")   # plain http on loopback

Datasets are tables and their fields columns. Every statement takes effect at once; there are no transactions.
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Final, cast

from infino.core.extras import require

require("sqlalchemy", "sqlalchemy", "the dialect infino://")

from sqlalchemy import types  # noqa: E402  # only once it is known to be installed
from sqlalchemy.engine import default, reflection  # noqa: E402  # likewise
from sqlalchemy.exc import NoSuchTableError  # noqa: E402  # likewise

from infino.core.errors import NotFoundError  # noqa: E402  # likewise

if TYPE_CHECKING:
    from sqlalchemy.engine import URL, Connection
    from sqlalchemy.engine.interfaces import ReflectedColumn

    from infino import Infino

_TYPES: Final[dict[str, type[types.TypeEngine[Any]]]] = {
    **dict.fromkeys(
        ("byte", "short", "integer", "int", "long", "bigint", "int32", "int64", "uint64"), types.BigInteger
    ),
    **dict.fromkeys(("half_float", "float", "double", "scaled_float", "number", "float32", "float64"), types.Double),
    **dict.fromkeys(("decimal", "numeric"), types.Numeric),
    **dict.fromkeys(("boolean", "bool"), types.Boolean),
    **dict.fromkeys(("datetime", "timestamp", "iso8601date"), types.DateTime),
    "date": types.Date,
    "time": types.Time,
    **dict.fromkeys(("array", "list", "nested", "object", "map", "struct", "json"), types.JSON),
}


class _Json(types.JSON):
    """Lists and objects arrive decoded."""

    def result_processor(self, dialect: Any, coltype: object) -> None:
        return None


class _DateTime(types.DateTime):
    """Times arrive as datetime objects; those with nine digits as text."""

    def bind_processor(self, dialect: Any) -> None:
        return None


class InfinoDialect(default.DefaultDialect):
    """How SQLAlchemy talks to Infino."""

    name = "infino"
    driver = "http"
    default_paramstyle = "qmark"
    supports_statement_cache = True
    supports_native_boolean = True
    supports_native_decimal = True
    supports_multivalues_insert = True
    supports_default_values = False
    supports_default_metavalue = False
    supports_alter = False
    supports_sane_rowcount = True
    supports_sane_multi_rowcount = False
    postfetch_lastrowid = False
    insert_returning = False
    max_identifier_length = 255
    colspecs = {types.JSON: _Json, types.DateTime: _DateTime}  # noqa: RUF012  # as SQLAlchemy declares it

    @classmethod
    def import_dbapi(cls) -> Any:
        """The PEP 249 module."""
        from infino import dbapi

        return dbapi

    def create_connect_args(self, url: URL) -> tuple[list[str], dict[str, Any]]:
        """Settings of the client out of the address; what it leaves out comes from the environment or a profile."""
        settings: dict[str, Any] = {name: value for name, value in url.query.items() if name in ("profile", "region")}
        if url.host:
            scheme = url.query.get("scheme") or ("http" if _is_loopback(url.host) else "https")
            host = f"[{url.host}]" if ":" in url.host else url.host
            port = f":{url.port}" if url.port else ""
            settings["endpoint"] = f"{scheme}://{host}{port}{'/' + url.database if url.database else ''}"
        if url.username:
            settings["access_key"] = url.username
        if url.password:
            settings["secret_key"] = str(url.password)
        return [], settings

    def do_rollback(self, dbapi_connection: Any) -> None:
        """Do nothing: there is no transaction to undo."""

    def do_commit(self, dbapi_connection: Any) -> None:
        """Do nothing: every statement has taken effect already."""

    def _check_max_identifier_length(self, connection: Connection) -> None:
        return None

    @reflection.cache
    def get_table_names(self, connection: Connection, schema: str | None = None, **kw: Any) -> list[str]:
        """The names of the datasets."""
        return [str(found.name) for found in _client(connection).datasets.list()]

    @reflection.cache
    def get_columns(
        self, connection: Connection, table_name: str, schema: str | None = None, **kw: Any
    ) -> list[ReflectedColumn]:
        """The fields of a dataset with `_id` before them."""
        try:
            fields = _client(connection).datasets.schema(table_name)
        except NotFoundError as error:
            raise NoSuchTableError(table_name) from error
        names = {"_id": "string"} | {str(field.name): str(field.type or "") for field in fields}
        return [
            cast(
                "ReflectedColumn",
                {
                    "name": name,
                    "type": _TYPES.get(declared.lower(), types.String)(),
                    "nullable": name != "_id",
                    "default": None,
                    "autoincrement": False,
                },
            )
            for name, declared in names.items()
        ]

    def has_table(self, connection: Connection, table_name: str, schema: str | None = None, **kw: Any) -> bool:
        """Whether there is a dataset of that name."""
        return _client(connection).datasets.exists(table_name)

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


def _client(connection: Connection) -> Infino:
    return cast("Infino", cast("Any", connection.connection.dbapi_connection).client)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


__all__ = ["InfinoDialect"]
