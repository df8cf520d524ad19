"""Aggregations: each level of the tree is one GROUP BY over all of its buckets."""

from infino.local.querydsl.aggs.base import Context, Documents, Level
from infino.local.querydsl.aggs.runner import Runner, prepare
from infino.local.querydsl.aggs.tree import asks_for, read_tree

__all__ = ["Context", "Documents", "Level", "Runner", "asks_for", "prepare", "read_tree"]
