"""`InfinoSDK`: the flat methods of 0.7, each one request of the new client with the answer as it came."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from infino_sdk.errors import InfinoError, RetryConfig
from infino_sdk.requests import filled_filter, page, text_of, warn
from infino_sdk.socket import OldSocket

import infino

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
Answer = dict[str, Any]


class InfinoSDK:
    """The client of 0.7.

    Args:
        access_key: Access key.
        secret_key: Secret key.
        endpoint: Address of the service.
        retry_config: When to try again.
    """

    def __init__(
        self, access_key: str, secret_key: str, endpoint: str, retry_config: RetryConfig | None = None
    ) -> None:
        self.access_key = access_key
        self.endpoint = endpoint.rstrip("/")
        self.retry_config = retry_config or RetryConfig()
        policy = infino.RetryPolicy(
            attempts=max(1, self.retry_config.max_retries),
            base=self.retry_config.initial_interval / 1000,
            cap=self.retry_config.max_interval / 1000,
            deadline=self.retry_config.max_elapsed_time / 1000,
        )
        self.client = infino.Infino(
            access_key=access_key, secret_key=secret_key, endpoint=self.endpoint, retry=policy, timeout=180
        )

    @classmethod
    def new(cls, access_key: str, secret_key: str, endpoint: str) -> InfinoSDK:
        """Make a client."""
        return cls(access_key, secret_key, endpoint)

    @classmethod
    def new_with_retry(cls, access_key: str, secret_key: str, endpoint: str, retry_config: RetryConfig) -> InfinoSDK:
        """Make a client that tries again as told."""
        return cls(access_key, secret_key, endpoint, retry_config)

    def close(self) -> None:
        """Close the connections."""
        self.client.close()

    def __enter__(self) -> InfinoSDK:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def request(
        self,
        method: str,
        url: str,
        headers: dict[str, str] | None = None,
        body: str | None = None,
        params: dict[str, str] | None = None,
    ) -> Any:
        """Send a signed request to a full address and return the decoded answer."""
        path = url.removeprefix(self.endpoint) or "/"
        if path == url:
            raise InfinoError(InfinoError.Type.INVALID_REQUEST, f"{url} is not below {self.endpoint}")
        sent = {"content-type": JSON} if headers is None else headers
        if urlsplit(path).query:
            raise InfinoError(InfinoError.Type.INVALID_REQUEST, "pass the query as params")
        try:
            answer = self.client.request(method, path, content=body, headers=sent, params=params)
        except infino.DecodeError as error:
            # 0.7 handed on what was not JSON.
            text = error.body.decode("utf-8", "replace") if isinstance(error.body, bytes) else error.body
            return {"text": text or ""}
        except infino.APIError as error:
            raise InfinoError(InfinoError.Type.REQUEST, text_of(error), error.status, url) from error
        except infino.TransportError as error:
            raise InfinoError(InfinoError.Type.REQUEST, str(error), 0, url) from error
        except infino.InfinoError as error:
            raise InfinoError(InfinoError.Type.INVALID_REQUEST, str(error), None, url) from error
        return {} if answer is None else answer

    def _call(self, old: str, method: str, *path: str, **more: Any) -> Any:
        """Warn that a method has a new name, then make its request."""
        warn(old)
        url = f"{self.endpoint}/" + "/".join(quote(str(part), safe="") for part in path)
        return self.request(method, url, **more)

    def _list(self, old: str, what: str, *path: str) -> list[Answer]:
        found = self._call(old, "GET", *path)
        if isinstance(found, list):
            return found
        raise InfinoError(InfinoError.Type.INVALID_REQUEST, f"Expected list of {what}")

    def ping(self) -> Answer:
        """Ask whether the service is there."""
        warn("ping")
        found: Answer = self.request("GET", f"{self.endpoint}/")
        return found

    # Datasets

    def create_dataset(self, dataset: str) -> Answer:
        """Create a dataset; one that exists is left as it is."""
        try:
            found: Answer = self._call("create_dataset", "PUT", dataset)
        except InfinoError as error:
            if error.status_code() != 409:
                raise
            return {"acknowledged": True, "index": dataset}
        return found

    def delete_dataset(self, dataset: str) -> Answer:
        """Delete a dataset."""
        return self._call("delete_dataset", "DELETE", dataset)

    def get_dataset_metadata(self, dataset: str) -> Answer:
        """Read size and counts of a dataset."""
        found = self._call("get_dataset_metadata", "GET", dataset, "metadata")
        if isinstance(found, list):
            return found[0] if found else {}
        return found

    def get_dataset_schema(self, dataset: str) -> Answer:
        """Read the fields of a dataset."""
        return self._call("get_dataset_schema", "GET", dataset, "_schema")

    def get_datasets(self) -> list[Answer]:
        """List the datasets."""
        return self._list("get_datasets", "datasets", "metadata")

    def enrich_dataset(self, dataset: str, policy: str) -> Answer:
        """Set the enrichment policy of a dataset, given as JSON text."""
        return self._call("enrich_dataset", "POST", dataset, "enrich_dataset", body=policy)

    def get_record(self, dataset: str, record_id: str) -> Answer:
        """Read one record."""
        return self._call("get_record", "GET", dataset, "doc", record_id)

    def upload_json_to_dataset(self, dataset: str, payload: str) -> Answer:
        """Upload action lines and their documents."""
        text = payload if payload.endswith("\n") else payload + "\n"
        headers = {"content-type": "application/x-ndjson"}
        return self._call("upload_json_to_dataset", "POST", dataset, "json", headers=headers, body=text)

    def upsert_to_dataset(self, query: str) -> Answer:
        """Run SQL that writes."""
        return self._call("upsert_to_dataset", "POST", "sql", body=json.dumps({"query": query}))

    def delete_records(self, dataset: str, query: str) -> Answer:
        """Delete the records that a query finds."""
        return self._call("delete_records", "PATCH", dataset, body=query)

    def upload_metrics_to_dataset(self, dataset: str, payload: str) -> Answer:
        """Upload metrics in the text format of Prometheus."""
        headers = {"content-type": FORM}
        return self._call("upload_metrics_to_dataset", "POST", dataset, "metrics", headers=headers, body=payload)

    def upload_file(
        self,
        dataset: str,
        file_path: str,
        format: str | None = "auto",
        batch_size: int | None = None,
        async_mode: bool = False,
    ) -> Answer:
        """Upload a JSON, JSONL or CSV file."""
        warn("upload_file")
        if not os.path.exists(file_path):
            raise InfinoError(InfinoError.Type.INVALID_REQUEST, f"File not found: {file_path}")
        form: Any = format or "auto"
        try:
            made = self.client.files.upload(dataset, file_path, format=form, batch_size=batch_size, wait=not async_mode)
        except infino.APIError as error:
            raise InfinoError(InfinoError.Type.REQUEST, text_of(error), error.status) from error
        except infino.InfinoError as error:
            raise InfinoError(InfinoError.Type.REQUEST, str(error), 0) from error
        return dict(made.to_dict())

    def get_connector_job_status(self, run_id: str) -> Answer:
        """Read how far an upload is."""
        return self._call("get_connector_job_status", "GET", "_connectors", "jobs", run_id)

    # Questions

    def query_dataset_in_querydsl(self, dataset: str, query: str) -> Answer:
        """Search with QueryDSL, given as JSON text."""
        return self._call("query_dataset_in_querydsl", "POST", dataset, "querydsl", body=query)

    def query_dataset_in_sql(self, query: str) -> Answer:
        """Ask in SQL."""
        return self._call("query_dataset_in_sql", "POST", "sql", body=json.dumps({"query": query}))

    def query_dataset_in_promql(self, query: str, dataset: str | None = None) -> Answer:
        """Ask in PromQL, for now."""
        return self._promql("query_dataset_in_promql", "query", {"query": query}, dataset)

    def query_dataset_in_promql_range(
        self, query: str, start: int, end: int, step: int, dataset: str | None = None
    ) -> Answer:
        """Ask in PromQL, over a span of time."""
        fields = {"query": query, "start": start, "end": end, "step": step}
        return self._promql("query_dataset_in_promql_range", "query_range", fields, dataset)

    def _promql(self, old: str, route: str, fields: dict[str, Any], dataset: str | None) -> Answer:
        form = urlencode(fields | ({"index": dataset} if dataset else {}), quote_via=quote)
        return self._call(old, "POST", "promql", route, headers={"content-type": FORM}, body=form)

    # Connections and imports

    def get_sources(self) -> list[Answer]:
        """List the kinds of stores."""
        return self._list("get_sources", "sources", "sources")

    def get_connections(self) -> list[Answer]:
        """List the connections."""
        return self._list("get_connections", "connections", "sources", "connections")

    def create_connection(self, source_type: str, config: Answer) -> Answer:
        """Connect a store."""
        return self._call("create_connection", "POST", "source", source_type, body=json.dumps(config))

    def get_connection(self, connection_id: str) -> Answer:
        """Read a connection."""
        return self._call("get_connection", "GET", "source", connection_id)

    def update_connection(self, connection_id: str, config: Answer) -> Answer:
        """Change a connection."""
        return self._call("update_connection", "PATCH", "source", connection_id, body=json.dumps(config))

    def delete_connection(self, connection_id: str) -> Answer:
        """Delete a connection."""
        return self._call("delete_connection", "DELETE", "source", connection_id)

    def query_source(self, connection_id: str, dataset: str, query: str) -> Answer:
        """Ask a connected store in its own language."""
        headers = {"x-infino-connection-id": connection_id, "content-type": JSON}
        body = json.dumps({"query": query})
        return self._call("query_source", "POST", "source", connection_id, dataset, "dsl", headers=headers, body=body)

    def get_source_metadata(self, connection_id: str, dataset: str) -> Answer:
        """Read the fields of a table of a connected store."""
        headers = {"x-infino-connection-id": connection_id}
        return self._call("get_source_metadata", "GET", "source", connection_id, dataset, "metadata", headers=headers)

    def create_import_job(self, source_type: str, config: Answer) -> Answer:
        """Import rows of a connected store."""
        return self._call("create_import_job", "PUT", "import", source_type, body=json.dumps(config))

    def get_import_jobs(self) -> list[Answer]:
        """List the imports."""
        return self._list("get_import_jobs", "jobs", "import", "jobs")

    def delete_import_job(self, job_id: str) -> Answer:
        """Delete an import."""
        return self._call("delete_import_job", "DELETE", "import", "jobs", job_id)

    # Fino

    async def websocket_connect(self, path: str, headers: dict[str, str] | None = None) -> OldSocket:
        """Connect to a socket of Fino, signed in the address."""
        warn("websocket_connect")
        from infino.core.redaction import Secret
        from infino.signing import SigV4Signer
        from infino.websocket import Dial, open_async_socket

        keys = self.client.config.credentials
        assert keys is not None
        address = self.endpoint.replace("http", "ws", 1) + path
        signed = SigV4Signer(keys.access_key, keys.secret_key).presign(address)
        return OldSocket(await open_async_socket(Dial(url=Secret(signed), headers=headers or {}, proxy=None)))

    def list_threads(self) -> list[Answer]:
        """List the threads."""
        return self._list("list_threads", "threads", "fino", "threads")

    def create_thread(self, config: Answer) -> Answer:
        """Begin a thread."""
        return self._call("create_thread", "POST", "fino", "threads", body=json.dumps(config))

    def get_thread(self, thread_id: str) -> Answer:
        """Read a thread."""
        return self._call("get_thread", "GET", "fino", "threads", thread_id)

    def update_thread(self, thread_id: str, config: Answer) -> Answer:
        """Change a thread."""
        return self._call("update_thread", "PUT", "fino", "threads", thread_id, body=json.dumps(config))

    def delete_thread(self, thread_id: str) -> Answer:
        """Delete a thread."""
        return self._call("delete_thread", "DELETE", "fino", "threads", thread_id)

    def add_thread_message(self, thread_id: str, message: Answer) -> Any:
        """Add a message to a thread."""
        body = json.dumps(message)
        return self._call("add_thread_message", "POST", "fino", "threads", thread_id, "messages", body=body)

    def clear_thread_messages(self, thread_id: str) -> Any:
        """Delete the messages of a thread."""
        return self._call("clear_thread_messages", "DELETE", "fino", "threads", thread_id, "messages")

    def send_message(self, payload: Answer) -> Answer:
        """Send a question without waiting for the answer."""
        return self._call("send_message", "POST", "fino", "message", body=json.dumps(payload))

    # Users and roles

    def _document(self, old: str, method: str, kind: str, name: str, config: Answer | str) -> Answer:
        if not isinstance(config, str):
            return self._call(old, method, kind, name, body=json.dumps(config))
        from infino.core.documents import parse_yaml

        try:
            parse_yaml(config, old)
        except infino.InfinoError as error:
            raise InfinoError(InfinoError.Type.INVALID_REQUEST, f"Invalid YAML: {error}") from error
        return self._call(old, method, kind, name, headers={"content-type": "application/yaml"}, body=config)

    def create_user(self, name: str, config: Answer | str) -> Answer:
        """Create a user; the answer holds the keys."""
        return self._document("create_user", "PUT", "user", name, config)

    def get_user(self, name: str) -> Answer:
        """Read a user."""
        return self._call("get_user", "GET", "user", name)

    def update_user(self, name: str, config: Answer | str) -> Answer:
        """Change a user."""
        return self._document("update_user", "PATCH", "user", name, config)

    def delete_user(self, name: str) -> Answer:
        """Delete a user."""
        return self._call("delete_user", "DELETE", "user", name)

    def list_users(self) -> Answer:
        """List the users."""
        return self._call("list_users", "GET", "users")

    def rotate_keys(self, username: str) -> Answer:
        """Give a user new keys."""
        return self._call("rotate_keys", "PATCH", "user", username, "keys")

    def create_role(self, name: str, config: Answer | str) -> Answer:
        """Create a role."""
        return self._document("create_role", "PUT", "role", name, config)

    def get_role(self, name: str) -> Answer:
        """Read a role."""
        return self._call("get_role", "GET", "role", name)

    def update_role(self, name: str, config: Answer | str) -> Answer:
        """Change a role."""
        return self._document("update_role", "PATCH", "role", name, config)

    def delete_role(self, name: str) -> Answer:
        """Delete a role."""
        return self._call("delete_role", "DELETE", "role", name)

    def list_roles(self) -> Answer:
        """List the roles."""
        return self._call("list_roles", "GET", "roles")

    # Visualizations and dashboards

    def create_visualization(self, spec: Answer) -> Answer:
        """Save a visualization."""
        return self._call("create_visualization", "POST", "visualizations", body=json.dumps(spec))

    def get_visualization(self, viz_id: str) -> Answer:
        """Read a visualization."""
        return self._call("get_visualization", "GET", "visualizations", viz_id)

    def update_visualization(self, viz_id: str, partial: Answer) -> Answer:
        """Change a visualization by a merge patch."""
        return self._call("update_visualization", "PATCH", "visualizations", viz_id, body=json.dumps(partial))

    def list_visualizations(self, limit: int | None = None, offset: int | None = None) -> Answer:
        """List the visualizations."""
        return self._call("list_visualizations", "GET", "visualizations", params=page(limit, offset))

    def delete_visualization(self, viz_id: str) -> Answer:
        """Delete a visualization."""
        return self._call("delete_visualization", "DELETE", "visualizations", viz_id)

    def execute_visualization(
        self, viz_id: str, filters: list[Answer] | None = None, time_range: Answer | None = None
    ) -> Answer:
        """Run a visualization."""
        body: Answer = {}
        if filters:
            body["filters"] = [filled_filter(one) for one in filters]
        if time_range:
            body["time_range"] = time_range
        return self._call("execute_visualization", "POST", "visualizations", viz_id, "data", body=json.dumps(body))

    def to_echarts_option(self, viz: Answer, data: Answer) -> Answer:
        """Turn a visualization and its data into an ECharts option, a table or a number."""
        warn("to_echarts_option")
        import attrs

        from infino.charts import to_echarts

        drawing = to_echarts(viz, data)
        found: Answer = {"kind": drawing.kind, **attrs.asdict(drawing, recurse=False)}
        if drawing.kind == "table":
            # The new client reads tolerantly into models; 0.7 handed on what it was given.
            found |= {"columns": data.get("columns") or [], "rows": data.get("rows") or []}
        if drawing.kind == "metric":
            attributes = viz.get("attributes", viz)
            found |= {
                "label": drawing.title,
                "formatting": (attributes.get("options") or {}).get("metric_formatting"),
            }
        return found

    def create_dashboard(self, spec: Answer) -> Answer:
        """Save a dashboard."""
        return self._call("create_dashboard", "POST", "dashboards", body=json.dumps(spec))

    def get_dashboard(self, dashboard_id: str) -> Answer:
        """Read a dashboard."""
        return self._call("get_dashboard", "GET", "dashboards", dashboard_id)

    def update_dashboard(self, dashboard_id: str, partial: Answer) -> Answer:
        """Change a dashboard by a merge patch."""
        return self._call("update_dashboard", "PATCH", "dashboards", dashboard_id, body=json.dumps(partial))

    def list_dashboards(self, limit: int | None = None, offset: int | None = None) -> Answer:
        """List the dashboards."""
        return self._call("list_dashboards", "GET", "dashboards", params=page(limit, offset))

    def delete_dashboard(self, dashboard_id: str) -> Answer:
        """Delete a dashboard."""
        return self._call("delete_dashboard", "DELETE", "dashboards", dashboard_id)

    def execute_dashboard(
        self,
        dashboard_id: str,
        max_workers: int = 16,
        filters: list[Answer] | None = None,
        time_range: Answer | None = None,
    ) -> list[Answer]:
        """Run every panel of a dashboard, side by side; an error stays with its panel."""
        panels = self.get_dashboard(dashboard_id).get("attributes", {}).get("panels") or []

        def resolved(panel: Answer) -> Answer:
            found: Answer = {key: panel.get(key) for key in ("id", "kind", "layout", "title_override")}
            found |= {"viz": None, "data": None, "error": None}
            kind = panel.get("kind")
            if kind == "visualization" and not panel.get("viz_id"):
                found["error"] = {"status": 400, "message": "panel missing viz_id"}
            elif kind == "visualization":
                try:
                    envelope = self.get_visualization(panel["viz_id"])
                    found["data"] = self.execute_visualization(panel["viz_id"], filters, time_range)
                    found["viz"] = envelope.get("attributes", envelope)
                except InfinoError as error:
                    found["error"] = {"status": error.status_code(), "message": str(error)}
            elif kind == "markdown":
                found["content"] = panel.get("content")
            elif kind == "divider":
                found["label"] = panel.get("label")
            return found

        if not panels:
            return []
        with ThreadPoolExecutor(max(1, min(max_workers, len(panels)))) as pool:
            return list(pool.map(resolved, panels))
