# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""Models of the service's documents, each imported when first used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .account import Account as Account
    from .acknowledged import Acknowledged as Acknowledged
    from .alert_event import AlertEvent as AlertEvent
    from .alert_receipt import AlertReceipt as AlertReceipt
    from .binding import Binding as Binding
    from .bulk_answer import BulkAnswer as BulkAnswer
    from .bulk_item import BulkItem as BulkItem
    from .chart import Chart as Chart
    from .chart_mapping import ChartMapping as ChartMapping
    from .chart_options import ChartOptions as ChartOptions
    from .connection import Connection as Connection
    from .connection_config import ConnectionConfig as ConnectionConfig
    from .connection_input import ConnectionInput as ConnectionInput
    from .connection_patch import ConnectionPatch as ConnectionPatch
    from .connection_query import ConnectionQuery as ConnectionQuery
    from .credentials import Credentials as Credentials
    from .dashboard import Dashboard as Dashboard
    from .dashboard_options import DashboardOptions as DashboardOptions
    from .dataset import Dataset as Dataset
    from .dataset_created import DatasetCreated as DatasetCreated
    from .dataset_description import DatasetDescription as DatasetDescription
    from .dataset_mapping import DatasetMapping as DatasetMapping
    from .delete_by_query import DeleteByQuery as DeleteByQuery
    from .enrich_policy import EnrichPolicy as EnrichPolicy
    from .enrich_receipt import EnrichReceipt as EnrichReceipt
    from .enrich_request import EnrichRequest as EnrichRequest
    from .error_body import ErrorBody as ErrorBody
    from .execute_request import ExecuteRequest as ExecuteRequest
    from .field_rules import FieldRules as FieldRules
    from .field_schema import FieldSchema as FieldSchema
    from .file_upload import FileUpload as FileUpload
    from .filter_ import Filter as Filter
    from .identity import Identity as Identity
    from .import_input import ImportInput as ImportInput
    from .import_job import ImportJob as ImportJob
    from .job_status import JobStatus as JobStatus
    from .message_input import MessageInput as MessageInput
    from .message_send import MessageSend as MessageSend
    from .metric import Metric as Metric
    from .metric_formatting import MetricFormatting as MetricFormatting
    from .monitor import Monitor as Monitor
    from .notification_channel import NotificationChannel as NotificationChannel
    from .notify_action import NotifyAction as NotifyAction
    from .notify_request import NotifyRequest as NotifyRequest
    from .panel import Panel as Panel
    from .panel_layout import PanelLayout as PanelLayout
    from .password_request import PasswordRequest as PasswordRequest
    from .permission import Permission as Permission
    from .prom_answer import PromAnswer as PromAnswer
    from .prom_range_request import PromRangeRequest as PromRangeRequest
    from .prom_request import PromRequest as PromRequest
    from .record import Record as Record
    from .remote_dataset import RemoteDataset as RemoteDataset
    from .result_column import ResultColumn as ResultColumn
    from .role import Role as Role
    from .search_answer import SearchAnswer as SearchAnswer
    from .search_hit import SearchHit as SearchHit
    from .search_hits import SearchHits as SearchHits
    from .service_info import ServiceInfo as ServiceInfo
    from .shard_counts import ShardCounts as ShardCounts
    from .shards_receipt import ShardsReceipt as ShardsReceipt
    from .source import Source as Source
    from .sql_request import SqlRequest as SqlRequest
    from .sql_result_set import SqlResultSet as SqlResultSet
    from .sql_source import SqlSource as SqlSource
    from .storage_quota import StorageQuota as StorageQuota
    from .thread import Thread as Thread
    from .thread_input import ThreadInput as ThreadInput
    from .thread_patch import ThreadPatch as ThreadPatch
    from .thread_source import ThreadSource as ThreadSource
    from .token import Token as Token
    from .token_request import TokenRequest as TokenRequest
    from .upload_stats import UploadStats as UploadStats
    from .user import User as User
    from .visualization import Visualization as Visualization
    from .visualization_data import VisualizationData as VisualizationData
    from .visualization_metadata import VisualizationMetadata as VisualizationMetadata
    from .visualization_source import VisualizationSource as VisualizationSource
    from .warning import Warning_ as Warning_
    from .web_result import WebResult as WebResult
    from .web_results import WebResults as WebResults
    from .web_search_request import WebSearchRequest as WebSearchRequest

_HOMES = {
    "Account": ".account",
    "Acknowledged": ".acknowledged",
    "AlertEvent": ".alert_event",
    "AlertReceipt": ".alert_receipt",
    "Binding": ".binding",
    "BulkAnswer": ".bulk_answer",
    "BulkItem": ".bulk_item",
    "Chart": ".chart",
    "ChartMapping": ".chart_mapping",
    "ChartOptions": ".chart_options",
    "Connection": ".connection",
    "ConnectionConfig": ".connection_config",
    "ConnectionInput": ".connection_input",
    "ConnectionPatch": ".connection_patch",
    "ConnectionQuery": ".connection_query",
    "Credentials": ".credentials",
    "Dashboard": ".dashboard",
    "DashboardOptions": ".dashboard_options",
    "Dataset": ".dataset",
    "DatasetCreated": ".dataset_created",
    "DatasetDescription": ".dataset_description",
    "DatasetMapping": ".dataset_mapping",
    "DeleteByQuery": ".delete_by_query",
    "EnrichPolicy": ".enrich_policy",
    "EnrichReceipt": ".enrich_receipt",
    "EnrichRequest": ".enrich_request",
    "ErrorBody": ".error_body",
    "ExecuteRequest": ".execute_request",
    "FieldRules": ".field_rules",
    "FieldSchema": ".field_schema",
    "FileUpload": ".file_upload",
    "Filter": ".filter_",
    "Identity": ".identity",
    "ImportInput": ".import_input",
    "ImportJob": ".import_job",
    "JobStatus": ".job_status",
    "MessageInput": ".message_input",
    "MessageSend": ".message_send",
    "Metric": ".metric",
    "MetricFormatting": ".metric_formatting",
    "Monitor": ".monitor",
    "NotificationChannel": ".notification_channel",
    "NotifyAction": ".notify_action",
    "NotifyRequest": ".notify_request",
    "Panel": ".panel",
    "PanelLayout": ".panel_layout",
    "PasswordRequest": ".password_request",
    "Permission": ".permission",
    "PromAnswer": ".prom_answer",
    "PromRangeRequest": ".prom_range_request",
    "PromRequest": ".prom_request",
    "Record": ".record",
    "RemoteDataset": ".remote_dataset",
    "ResultColumn": ".result_column",
    "Role": ".role",
    "SearchAnswer": ".search_answer",
    "SearchHit": ".search_hit",
    "SearchHits": ".search_hits",
    "ServiceInfo": ".service_info",
    "ShardCounts": ".shard_counts",
    "ShardsReceipt": ".shards_receipt",
    "Source": ".source",
    "SqlRequest": ".sql_request",
    "SqlResultSet": ".sql_result_set",
    "SqlSource": ".sql_source",
    "StorageQuota": ".storage_quota",
    "Thread": ".thread",
    "ThreadInput": ".thread_input",
    "ThreadPatch": ".thread_patch",
    "ThreadSource": ".thread_source",
    "Token": ".token",
    "TokenRequest": ".token_request",
    "UploadStats": ".upload_stats",
    "User": ".user",
    "Visualization": ".visualization",
    "VisualizationData": ".visualization_data",
    "VisualizationMetadata": ".visualization_metadata",
    "VisualizationSource": ".visualization_source",
    "Warning_": ".warning",
    "WebResult": ".web_result",
    "WebResults": ".web_results",
    "WebSearchRequest": ".web_search_request",
}

__all__ = (
    "Account",
    "Acknowledged",
    "AlertEvent",
    "AlertReceipt",
    "Binding",
    "BulkAnswer",
    "BulkItem",
    "Chart",
    "ChartMapping",
    "ChartOptions",
    "Connection",
    "ConnectionConfig",
    "ConnectionInput",
    "ConnectionPatch",
    "ConnectionQuery",
    "Credentials",
    "Dashboard",
    "DashboardOptions",
    "Dataset",
    "DatasetCreated",
    "DatasetDescription",
    "DatasetMapping",
    "DeleteByQuery",
    "EnrichPolicy",
    "EnrichReceipt",
    "EnrichRequest",
    "ErrorBody",
    "ExecuteRequest",
    "FieldRules",
    "FieldSchema",
    "FileUpload",
    "Filter",
    "Identity",
    "ImportInput",
    "ImportJob",
    "JobStatus",
    "MessageInput",
    "MessageSend",
    "Metric",
    "MetricFormatting",
    "Monitor",
    "NotificationChannel",
    "NotifyAction",
    "NotifyRequest",
    "Panel",
    "PanelLayout",
    "PasswordRequest",
    "Permission",
    "PromAnswer",
    "PromRangeRequest",
    "PromRequest",
    "Record",
    "RemoteDataset",
    "ResultColumn",
    "Role",
    "SearchAnswer",
    "SearchHit",
    "SearchHits",
    "ServiceInfo",
    "ShardCounts",
    "ShardsReceipt",
    "Source",
    "SqlRequest",
    "SqlResultSet",
    "SqlSource",
    "StorageQuota",
    "Thread",
    "ThreadInput",
    "ThreadPatch",
    "ThreadSource",
    "Token",
    "TokenRequest",
    "UploadStats",
    "User",
    "Visualization",
    "VisualizationData",
    "VisualizationMetadata",
    "VisualizationSource",
    "Warning_",
    "WebResult",
    "WebResults",
    "WebSearchRequest",
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
