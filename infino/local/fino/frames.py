"""The frames that the Fino WebSocket sends, built as the service shapes them."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from infino.local.clock import iso

Frame = dict[str, Any]


def encode(frame: Frame) -> str:
    """A frame as the text that goes over the socket."""
    return orjson.dumps(frame, default=str).decode()


def heartbeat() -> Frame:
    """The sign of life, unwrapped."""
    return {"type": "heartbeat", "message": "keep-alive"}


def update(sender: str, message: str, now: datetime.datetime) -> Frame:
    """Progress of one step."""
    return _wrapped({"type": "update", "sender": sender, "message": message}, now)


def partial(sender: str, sub_type: str, value: Any, now: datetime.datetime) -> Frame:
    """One piece of a streamed answer."""
    return _wrapped({"type": "partial", "sender": sender, "sub_type": sub_type, "value": value}, now)


def end(trace_id: str, now: datetime.datetime) -> Frame:
    """The end of a streamed answer."""
    return _wrapped({"type": "EOM", "trace_id": trace_id}, now)


def result(question: str, query_id: str, answer: Mapping[str, Any], now: datetime.datetime) -> Frame:
    """The whole answer of a non-streaming thread; empty text and empty objects mean "none"."""
    content = {
        "type": "result",
        "user_query": question,
        "query_id": query_id,
        "user_intent": None,
        "user_context": None,
        "summary": answer.get("summary", ""),
        "data": {"df": answer.get("rows", []), "index_schema": None},
        "chart": answer.get("chart") or {},
        "querydsl": {},
        "sql": answer.get("sql", ""),
        "followup_queries": list(answer.get("suggestions", ())),
        "sources": list(answer.get("sources", ())),
    }
    return _wrapped(content, now)


def error(summary: str, detail: str) -> Frame:
    """A failed turn, unwrapped; nothing follows it."""
    return {"type": "error", "summary": summary, "data": {"error": detail}}


def chart(title: str, category: str, metric: str, rows: Sequence[Mapping[str, Any]], *, line: bool) -> dict[str, Any]:
    """An Apache ECharts option of one metric over one category, with the mapping the service sends along."""
    return {
        "title": {"text": title},
        "xAxis": {"type": "category", "data": [str(row[category]) for row in rows]},
        "yAxis": {"type": "value"},
        "series": [
            {
                "name": metric,
                "type": "line" if line else "bar",
                "smooth": False,
                "data": [row[metric] for row in rows],
            }
        ],
        "column_mapping": {
            "xAxis": {"pandas_column": category, "chart_label": category},
            "yAxis": [{"pandas_column": metric, "series_name": metric, "chart_label": metric}],
        },
    }


def _wrapped(content: Frame, now: datetime.datetime) -> Frame:
    return {
        "content": content,
        "role": "assistant",
        "created_at": iso(now),
    }
