"""Samples of metrics, shown as documents: `ds_N` of a dataset of metrics is a view over its samples and series."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

TIME_FIELD, NAME_FIELD, VALUE_FIELD = "@timestamp", "metric", "value"


def show_samples(cursor: duckdb.DuckDBPyConnection, number: int) -> None:
    """Make the view through which the samples of a dataset are read as documents.

    Args:
        cursor: The writing cursor.
        number: What the dataset's tables end in.
    """
    cursor.execute(
        f"""CREATE OR REPLACE VIEW ds_{number} AS
        SELECT sid::HUGEINT * 18446744073709551616 + ts AS _seq, md5_number_lower(sid || '-' || ts) AS _h,
        sid || '-' || ts AS _id, 1::BIGINT AS _version, json_merge_patch(json_object(
            '{TIME_FIELD}', strftime(make_timestamp(ts * 1000), '%Y-%m-%dT%H:%M:%S.%gZ'),
            '{VALUE_FIELD}', CASE WHEN isfinite(v) THEN to_json(v) ELSE to_json(v::VARCHAR) END
        ), fields)::VARCHAR AS _source
        FROM samples_{number} JOIN series_{number} USING (sid)"""
    )
