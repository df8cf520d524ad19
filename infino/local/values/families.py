"""The types of the engine by family, under the names that it writes itself."""

from __future__ import annotations

INTEGERS = frozenset({"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER"})
"""Those that 64 bits with a sign hold."""
WIDE_INTEGERS = frozenset({"UBIGINT", "HUGEINT", "UHUGEINT"})
FLOATS = frozenset({"DOUBLE", "FLOAT"})
LOCAL_MOMENTS = frozenset({"TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"})
ZONED_MOMENTS = frozenset({"TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ_NS"})
LOCAL_TIMES = LOCAL_MOMENTS | {"DATE", "TIME", "TIME_NS"}
"""Those that know no zone."""
