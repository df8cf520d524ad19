"""What each method of `InfinoSDK` is called now: one table for warnings, the documentation and the migration tool."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

# Old method: new call. Names in braces are the old arguments; one that was not given takes its argument with it.
NEW_CALLS: Final = MappingProxyType(
    {
        "ping": "client.ping()",
        "request": "client.request({method}, {url}, content={body}, params={params}, headers={headers})",
        "websocket_connect": "client.fino.chat()",
        "create_dataset": "client.datasets.create({dataset}, exist_ok=True)",
        "delete_dataset": "client.datasets.delete({dataset})",
        "get_dataset_metadata": "client.datasets.get({dataset})",
        "get_dataset_schema": "client.datasets.schema({dataset})",
        "get_datasets": "client.datasets.list()",
        "enrich_dataset": "client.datasets.enrich({dataset}, {policy})",
        "get_record": "client.records.get({dataset}, {record_id})",
        "upload_json_to_dataset": "client.records.bulk({dataset}, {payload}, op='ready')",
        "upsert_to_dataset": "client.query.execute({query})",
        "delete_records": "client.records.delete({dataset}, {query})",
        "upload_metrics_to_dataset": "client.metrics.upload({dataset}, {payload})",
        "upload_file": "client.files.upload({dataset}, {file_path}, format={format}, batch_size={batch_size})",
        "get_connector_job_status": "client.jobs.get({run_id})",
        "query_dataset_in_sql": "client.query.sql({query})",
        "query_dataset_in_querydsl": "client.query.dsl({dataset}, json.loads({query}))",
        "query_dataset_in_promql": "client.query.promql({query}, dataset={dataset})",
        "query_dataset_in_promql_range": (
            "client.query.promql_range({query}, start={start}, end={end}, step={step}, dataset={dataset})"
        ),
        "get_sources": "client.sources.list()",
        "get_connections": "client.connections.list()",
        "create_connection": "client.connections.create({source_type}, **{config})",
        "get_connection": "client.connections.get({connection_id})",
        "update_connection": "client.connections.update({connection_id}, **{config})",
        "delete_connection": "client.connections.delete({connection_id})",
        "query_source": "client.connections.query({connection_id}, {dataset}, {query})",
        "get_source_metadata": "client.connections.metadata({connection_id}, {dataset})",
        "create_import_job": "client.imports.create({source_type}, **{config})",
        "get_import_jobs": "client.imports.list()",
        "delete_import_job": "client.imports.delete({job_id})",
        "list_threads": "client.fino.threads.list()",
        "create_thread": "client.fino.threads.create(**{config})",
        "get_thread": "client.fino.threads.get({thread_id})",
        "update_thread": "client.fino.threads.update({thread_id}, **{config})",
        "delete_thread": "client.fino.threads.delete({thread_id})",
        "add_thread_message": "client.fino.threads.messages.add({thread_id}, {message})",
        "clear_thread_messages": "client.fino.threads.messages.clear({thread_id})",
        "send_message": "client.fino.send({payload})",
        "create_user": "client.users.create({name}, {config})",
        "get_user": "client.users.get({name})",
        "update_user": "client.users.update({name}, {config})",
        "delete_user": "client.users.delete({name})",
        "list_users": "client.users.list()",
        "rotate_keys": "client.users.rotate_keys({username})",
        "create_role": "client.roles.create({name}, {config})",
        "get_role": "client.roles.get({name})",
        "update_role": "client.roles.update({name}, {config})",
        "delete_role": "client.roles.delete({name})",
        "list_roles": "client.roles.list()",
        "create_visualization": "client.visualizations.create({spec})",
        "get_visualization": "client.visualizations.get({viz_id})",
        "update_visualization": "client.visualizations.update({viz_id}, {partial})",
        "list_visualizations": "client.visualizations.list(limit={limit}, offset={offset})",
        "delete_visualization": "client.visualizations.delete({viz_id})",
        "execute_visualization": (
            "client.visualizations.execute({viz_id}, filters={filters}, time_range={time_range})"
        ),
        "to_echarts_option": "infino.charts.to_echarts({viz}, {data})",
        "create_dashboard": "client.dashboards.create({spec})",
        "get_dashboard": "client.dashboards.get({dashboard_id})",
        "update_dashboard": "client.dashboards.update({dashboard_id}, {partial})",
        "list_dashboards": "client.dashboards.list(limit={limit}, offset={offset})",
        "delete_dashboard": "client.dashboards.delete({dashboard_id})",
        "execute_dashboard": ("client.dashboards.execute({dashboard_id}, filters={filters}, time_range={time_range})"),
        "close": "client.close()",
    }
)
