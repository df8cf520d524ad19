"""Connections to stores that speak HTTP: Elasticsearch, OpenSearch and Prometheus, asked in their own language."""

from __future__ import annotations

import base64
import contextlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from decimal import Decimal
from functools import partial
from typing import Any
from urllib.parse import quote

from infino.local.http import Problem, illegal
from infino.local.reach import Reach
from infino.local.sources.line import Line
from infino.local.sources.relational import Config
from infino.local.sources.vault import masked_urls, without_secrets
from infino.local.sql.result import LONGEST
from infino.local.sql.watchdog import time_limit
from infino.local.values import exact

TIMEOUT, LONGEST_TIMEOUT = 60.0, 600.0  # seconds for one answer: what is usual, and what settings may say
PAGE = 1000  # hits
SCROLL = "5m"  # how long the store keeps its place between two pages


def _hold(line: Line, event: str, facts: Mapping[str, Any]) -> None:
    """Let a line cut a connection as soon as there is one; httpcore calls this at every step that it takes."""
    if event == "connection.connect_tcp.complete":
        line.add(facts["return_value"].get_extra_info("socket").fileno())


def _whole(chunks: Iterator[bytes]) -> bytes:
    """Return an answer that is not too long."""
    found: list[bytes] = []
    size = 0
    for chunk in chunks:
        found.append(chunk)
        size += len(chunk)
        if size > LONGEST:
            reason = f"the query gives more than {LONGEST:,} bytes, and no answer is cut: narrow it down"
            raise illegal(reason)
    return b"".join(found)


class HttpStore:
    """A store behind a base URL; `basic_auth`, `api_key` and `bearer_token` settings are understood.

    Args:
        config: `base_url` (or `host`), and `username` and `password`, or `api_key`, or `bearer_token`.
        reach: Which addresses may be opened.
    """

    def __init__(self, config: Config, reach: Reach) -> None:
        self.config = config
        self.reach = reach
        base = config.get("base_url") or config.get("url") or config.get("host")
        if not isinstance(base, str) or not base:
            raise illegal("config.base_url is missing")
        self.base = (base if "://" in base else f"http://{base}").rstrip("/")
        try:
            self.timeout = float(config.get("timeout_secs") or TIMEOUT)
        except (TypeError, ValueError):
            self.timeout = 0.0
        if not 0 < self.timeout <= LONGEST_TIMEOUT:
            reason = f"config.timeout_secs must be a number of seconds, {LONGEST_TIMEOUT:g} at the most"
            raise illegal(reason)
        self.verify = not (config.get("accept_invalid_certs") or config.get("ssl_verify") is False)

    def _headers(self) -> dict[str, str]:
        config = self.config
        if config.get("api_key"):
            return {"authorization": f"ApiKey {config['api_key']}"}
        if config.get("bearer_token"):
            return {"authorization": f"Bearer {config['bearer_token']}"}
        if config.get("username") or config.get("user"):
            pair = f"{config.get('username') or config['user']}:{config.get('password', '')}"
            return {"authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
        return {}

    def send(self, method: str, path: str, json: Any = None, form: dict[str, str] | None = None) -> Any:
        """Send one request and return the decoded answer; what the store refuses is a 400 `Problem`."""
        import httpx  # a tenth of a start's time, and most starts never need it

        # Nothing is packed: a little of it could be unpacked to more than the process has.
        headers = self._headers() | {"accept-encoding": "identity"}
        if json is not None:
            headers["content-type"] = "application/json"
        content = exact.dumps(json) if json is not None else None
        try:
            url = httpx.URL(self.base + path)
            headers["host"] = url.netloc.decode("ascii")
            *others, last = self.reach.addresses(url.host, url.port or (443 if url.scheme == "https" else 80))
            with (
                Line() as line,
                time_limit(line.stop, self.timeout, httpx.HTTPError),
                httpx.Client(verify=self.verify, timeout=self.timeout, trust_env=False) as client,
            ):
                extensions = {"sni_hostname": url.host, "trace": partial(_hold, line)}

                def ask(address: str) -> tuple[int, bytes]:
                    """Ask the very address that was looked at: asked again, a name server may give another."""
                    pinned = url.copy_with(host=address)
                    with client.stream(
                        method, pinned, content=content, data=form, headers=headers, extensions=extensions
                    ) as response:
                        return response.status_code, _whole(response.iter_raw())

                for address in others:
                    with suppress(httpx.ConnectError):
                        status, answer = ask(address)
                        break
                else:
                    status, answer = ask(last)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:  # ValueError: text that fits no header
            raise Problem(400, "source_exception", f"{self._shown()} did not answer: {type(error).__name__}")
        try:
            body = exact.loads(answer)
        except ValueError:  # no JSON, a member twice, or too deep
            raise Problem(400, "source_exception", f"{self._shown()} answered {status} without JSON")
        if status >= 400:
            reason = without_secrets(exact.dumps(body).decode()[:2000], self.config)
            raise Problem(400, "source_exception", f"{self._shown()} answered {status}: {reason}")
        return body

    def _shown(self) -> str:
        return masked_urls(self.base)


class SearchStore(HttpStore):
    """Elasticsearch or OpenSearch."""

    def test(self) -> None:
        """Ask the store who it is."""
        self.send("GET", "/")

    def query(self, dataset: str, text: str) -> Any:
        """Run a search body, given as JSON text, on an index."""
        return self.send("POST", f"/{quote(dataset, safe='')}/_search", self._body(text))

    def hits(self, dataset: str, text: str) -> Iterator[dict[str, Any]]:
        """Yield the hits of a search to its end, or, where the search says its size, that one page.

        Args:
            dataset: The index.
            text: A search body as JSON text.

        Raises:
            Problem: 400 when the store gives only a part: after its own time limit, or without some of its shards.
        """
        body = self._body(text)
        path = f"/{quote(dataset, safe='')}/_search"
        if "size" in body or "from" in body:
            yield from self._hits(self.send("POST", path, body))
            return
        page = self.send("POST", f"{path}?scroll={SCROLL}", {"size": PAGE, "sort": ["_doc"], **body})
        while found := self._hits(page):
            yield from found
            cursor = page.get("_scroll_id")
            if not isinstance(cursor, str):
                raise Problem(400, "source_exception", f"{self._shown()} does not say how its answer goes on")
            page = self.send("POST", "/_search/scroll", {"scroll": SCROLL, "scroll_id": cursor})
        with contextlib.suppress(Problem):  # the store forgets it by itself
            self.send("DELETE", "/_search/scroll", {"scroll_id": page.get("_scroll_id")})

    def _body(self, text: str) -> dict[str, Any]:
        try:
            body = exact.loads(text)
        except ValueError as error:
            raise Problem(400, "parse_exception", f"query must be QueryDSL as JSON text: {error}")
        if not isinstance(body, dict):
            raise Problem(400, "parse_exception", "query must be QueryDSL as a JSON object")
        return body

    def _hits(self, answer: Any) -> list[dict[str, Any]]:
        """Return the hits of a page that is whole."""
        outer = answer.get("hits") if isinstance(answer, dict) else None
        found = outer.get("hits") if isinstance(outer, dict) else None
        if not isinstance(found, list) or not all(isinstance(hit, dict) and "_source" in hit for hit in found):
            raise Problem(400, "source_exception", f"{self._shown()} gave no hits with their _source")
        shards = answer.get("_shards")
        if answer.get("timed_out") or (isinstance(shards, dict) and shards.get("failed")):
            raise Problem(400, "source_exception", f"{self._shown()} gave a part of its answer only")
        return found

    def metadata(self, dataset: str) -> dict[str, Any]:
        """Mappings, settings and aliases of an index."""
        answer = self.send("GET", f"/{quote(dataset, safe='')}")
        found: Any = answer.get(dataset) or next(iter(answer.values()), {}) if isinstance(answer, dict) else None
        if not isinstance(found, dict):
            raise Problem(400, "source_exception", f"{self._shown()} gave no description of [{dataset}]")
        return {key: found.get(key, {}) for key in ("mappings", "settings", "aliases")}


class PrometheusStore(HttpStore):
    """Prometheus, or what speaks its API."""

    def test(self) -> None:
        """Ask for a constant."""
        self.query("", "1")

    def query(self, dataset: str, text: str) -> Any:
        """Run an instant query."""
        return self.send("POST", "/api/v1/query", form={"query": text})

    def samples(self, text: str) -> Iterator[dict[str, Any]]:
        """Yield the samples that an instant query gives, each with its labels, `time` and `value`.

        Raises:
            Problem: 400 when the answer does not hold samples, or a label is named like one of the two.
        """
        answer = self.query("", text)
        data = answer.get("data") if isinstance(answer, dict) else None
        kind, found = (data.get("resultType"), data.get("result")) if isinstance(data, dict) else (None, None)
        if kind not in ("vector", "matrix", "scalar") or not isinstance(found, list):
            raise Problem(400, "source_exception", f"{self._shown()} gave no samples")
        series: list[dict[str, Any]] = [{"metric": {}, "value": found}] if kind == "scalar" else found
        for one in series:
            labels = one["metric"]
            if labels.keys() & {"time", "value"}:
                reason = "a label is named [time] or [value], as the members of a sample are; use label_replace()"
                raise illegal(reason)
            for time, value in one.get("values") or [one["value"]]:
                yield {**labels, "time": time, "value": Decimal(value.replace("Inf", "Infinity"))}

    def metadata(self, dataset: str) -> dict[str, Any]:
        """The names of all metrics, as columns."""
        names = self.send("GET", "/api/v1/label/__name__/values").get("data", [])
        return {"table": dataset, "columns": [{"name": name, "type": "metric", "nullable": False} for name in names]}
