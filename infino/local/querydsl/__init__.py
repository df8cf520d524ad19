"""QueryDSL: the search language of Elasticsearch and OpenSearch, on SQL and a text index."""

from infino.local.querydsl.search import matching_ids, search

__all__ = ["matching_ids", "search"]
