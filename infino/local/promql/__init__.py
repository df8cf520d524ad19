"""PromQL for the local gateway: parser from `promql_parser`, evaluation on numpy, samples in DuckDB."""

from infino.local.promql.routes import ROUTES

__all__ = ["ROUTES"]
