"""Models of the service's documents, each imported when first used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .acknowledged import Acknowledged as Acknowledged
    from .dataset import Dataset as Dataset
    from .dataset_created import DatasetCreated as DatasetCreated
    from .dataset_description import DatasetDescription as DatasetDescription
    from .dataset_mapping import DatasetMapping as DatasetMapping
    from .delete_by_query import DeleteByQuery as DeleteByQuery
    from .error_body import ErrorBody as ErrorBody
    from .field_schema import FieldSchema as FieldSchema
    from .message_input import MessageInput as MessageInput
    from .record import Record as Record
    from .service_info import ServiceInfo as ServiceInfo
    from .shard_counts import ShardCounts as ShardCounts
    from .shards_receipt import ShardsReceipt as ShardsReceipt
    from .sql_request import SqlRequest as SqlRequest
    from .sql_result_set import SqlResultSet as SqlResultSet
    from .thread import Thread as Thread
    from .thread_input import ThreadInput as ThreadInput
    from .thread_patch import ThreadPatch as ThreadPatch
    from .thread_source import ThreadSource as ThreadSource

_HOMES = {
    "Acknowledged": ".acknowledged",
    "Dataset": ".dataset",
    "DatasetCreated": ".dataset_created",
    "DatasetDescription": ".dataset_description",
    "DatasetMapping": ".dataset_mapping",
    "DeleteByQuery": ".delete_by_query",
    "ErrorBody": ".error_body",
    "FieldSchema": ".field_schema",
    "MessageInput": ".message_input",
    "Record": ".record",
    "ServiceInfo": ".service_info",
    "ShardCounts": ".shard_counts",
    "ShardsReceipt": ".shards_receipt",
    "SqlRequest": ".sql_request",
    "SqlResultSet": ".sql_result_set",
    "Thread": ".thread",
    "ThreadInput": ".thread_input",
    "ThreadPatch": ".thread_patch",
    "ThreadSource": ".thread_source",
}

__all__ = (
    "Acknowledged",
    "Dataset",
    "DatasetCreated",
    "DatasetDescription",
    "DatasetMapping",
    "DeleteByQuery",
    "ErrorBody",
    "FieldSchema",
    "MessageInput",
    "Record",
    "ServiceInfo",
    "ShardCounts",
    "ShardsReceipt",
    "SqlRequest",
    "SqlResultSet",
    "Thread",
    "ThreadInput",
    "ThreadPatch",
    "ThreadSource",
)


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(home, __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
