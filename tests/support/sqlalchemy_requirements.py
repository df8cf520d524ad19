"""What the compliance suite of SQLAlchemy may ask of the dialect: there is one kind of table, without constraints."""

from __future__ import annotations

from typing import Any

from sqlalchemy.testing import exclusions
from sqlalchemy.testing.requirements import SuiteRequirements

ABSENT = (
    "foreign_keys",
    "index_reflection",
    "primary_key_constraint_reflection",
    "foreign_key_constraint_reflection",
    "unique_constraint_reflection",
    "temp_table_reflection",
    "temporary_tables",
    "views",
    "transactions",
    "autoincrement_insert",
    "sequences",
    "schemas",
)


class Requirements(SuiteRequirements):  # type: ignore[misc]  # SQLAlchemy does not type its suite
    """The requirements, without what the service does not have."""


def _closed(_: Any) -> Any:
    return exclusions.closed()


for name in ABSENT:
    setattr(Requirements, name, property(_closed))
