"""Stored connections and the connectors behind them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import attrs

from infino.local.http import Problem, illegal, unsupported
from infino.local.sources.catalogue import KINDS, SourceKind
from infino.local.sources.duckdb_file import DuckdbFile
from infino.local.sources.pass_through import PrometheusStore, SearchStore
from infino.local.sources.relational import Relational
from infino.local.sources.vault import masked

if TYPE_CHECKING:
    from infino.local.control import Document
    from infino.local.reach import Reach
    from infino.local.state import Gateway

KIND = "connection"
Connector: TypeAlias = "Relational | DuckdbFile | SearchStore | PrometheusStore"


def kind_of_source(source_type: str) -> SourceKind:
    """The kind of that id, if it is known and installed.

    Raises:
        Problem: 404 for an unknown kind, 501 for one whose driver is not installed.
    """
    kind = KINDS.get(source_type)
    if kind is None:
        raise Problem(404, "source_not_found_exception", f"no source [{source_type}]; GET /sources lists them")
    if not kind.installed:
        raise unsupported(kind.listed()["description"])
    return kind


def connector(kind: SourceKind, config: dict[str, Any], reach: Reach, *, chosen_by_admin: bool = True) -> Connector:
    """The connector for a kind of source with these settings.

    Args:
        kind: The kind of source.
        config: Its settings.
        reach: What it may open.
        chosen_by_admin: Whether the admin chose the file that they name, or a check has been made before.
    """
    if kind.query_type == "querydsl":
        return SearchStore(config, reach)
    if kind.query_type == "promql":
        return PrometheusStore(config, reach)
    if kind.id == "duckdb":
        return DuckdbFile(config, reach, chosen_by_admin=chosen_by_admin)
    return Relational(kind, config, reach, chosen_by_admin=chosen_by_admin)


@attrs.frozen
class StoredConnection:
    """A connection with its settings decrypted."""

    document: Document
    config: dict[str, Any] = attrs.field(repr=False)
    reach: Reach

    @property
    def kind(self) -> SourceKind:
        """The kind of store it reaches."""
        return KINDS[self.document.body["type"]]

    def connector(self) -> Connector:
        """What reaches it."""
        return connector(self.kind, self.config, self.reach)

    def shown(self) -> dict[str, Any]:
        """The connection as callers see it, without secrets."""
        return {
            "id": self.document.id,
            "type": self.kind.id,
            "name": self.config.get("name"),
            "status": self.document.body["status"],
            "created_at": self.document.created_at,
            "updated_at": self.document.updated_at,
            "config": masked(self.config),
            "query_type": self.kind.query_type,
        }


def config_of(body: dict[str, Any]) -> dict[str, Any]:
    """The `config` object of a request body."""
    config = body.get("config")
    if not isinstance(config, dict) or not config:
        raise illegal('send {"config": {"name": ..., connector settings}}')
    return config


LOGIN = ("name", "url", "host", "user", "username", "password")
SQL = frozenset({*LOGIN, "account", "port", "pat_token", "database", "schema"})
HTTP = frozenset({*LOGIN, "base_url", "timeout_secs", "accept_invalid_certs", "ssl_verify", "api_key", "bearer_token"})
FILES = frozenset({"name", "path", "url", "schema"})
EITHER = {"username": {"user"}, "base_url": {"url", "host"}, "api_key": {"bearer_token", "user", "username"},
          "bearer_token": {"user", "username"}, "account": {"host"}, "pat_token": {"password"}}  # fmt: skip
"""Setting -> those that say the same, or say it otherwise."""


def check_settings(kind: SourceKind, config: Mapping[str, Any]) -> None:
    """Refuse a setting that would not act, such as one that asks for encryption, or one beside a whole URL."""
    either = {**EITHER, "url": (SQL | FILES) - {"name", "url", "schema"} if kind.query_type == "sql" else {"host"}}
    for name, others in either.items():
        if config.get(name) and (both := sorted(other for other in others if config.get(other))):
            reason = f"config has [{name}] and [{both[0]}], of which one would not act; give one of them"
            raise illegal(reason)
    known = FILES if kind.category == "File" else SQL if kind.query_type == "sql" else HTTP
    if unknown := sorted(set(config) - known):
        reason = f"config has the unknown setting [{unknown[0][:80]}]; known are {', '.join(sorted(known))}"
        hint = ", and a url may carry more" if kind.query_type == "sql" else ""
        raise illegal(reason + hint)


def create(gateway: Gateway, source_type: str, config: dict[str, Any], *, by_admin: bool = True) -> Document:
    """Test a connection and store it."""
    kind = kind_of_source(source_type)
    check_settings(kind, config)
    connector(kind, config, gateway.reach, chosen_by_admin=by_admin).test()
    body = {"type": kind.id, "status": "connected", "config": gateway.vault.encrypt(config)}
    return gateway.control.put(KIND, str(uuid.uuid4()), body)


def update(gateway: Gateway, connection_id: str, changes: dict[str, Any], *, by_admin: bool = True) -> StoredConnection:
    """Change settings of a connection, once they are tested."""
    with gateway.control.changing():
        stored = get(gateway, connection_id)
        config = {**stored.config, **changes}
        check_settings(stored.kind, config)
        chosen_by_admin = by_admin or not changes.keys() & {"path", "url"}
        connector(stored.kind, config, gateway.reach, chosen_by_admin=chosen_by_admin).test()
        body = {**stored.document.body, "status": "connected", "config": gateway.vault.encrypt(config)}
        return StoredConnection(gateway.control.put(KIND, connection_id, body), config, gateway.reach)


def get(gateway: Gateway, connection_id: str) -> StoredConnection:
    """The connection of that id.

    Raises:
        Problem: 404.
    """
    document = gateway.control.get(KIND, connection_id)
    if document is None:
        raise Problem(404, "connection_not_found_exception", f"no connection [{connection_id}]")
    return StoredConnection(document, gateway.vault.decrypt(document.body["config"]), gateway.reach)


def everything(gateway: Gateway) -> list[StoredConnection]:
    """All connections, oldest first."""
    stored = gateway.control.list(KIND)
    return [
        StoredConnection(document, gateway.vault.decrypt(document.body["config"]), gateway.reach) for document in stored
    ]
