"""QueryDSL: the search language of Elasticsearch and OpenSearch, on SQL and a text index."""

from infino.local.querydsl.routes import ROUTES
from infino.local.querydsl.search import matching_ids, search

__all__ = ["ROUTES", "matching_ids", "search"]
