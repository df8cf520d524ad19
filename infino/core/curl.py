"""A request as a command that people can run, without anybody's keys in it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from typing import Final

from infino.core import codec
from infino.core.config import Config
from infino.core.endpoint import shown_proxy
from infino.core.messages import Request
from infino.core.redaction import MASK, is_harmless, looks_secret, redact, redact_fields
from infino.core.signer import canonical_query

# Documents with passwords, and with addresses and headers that are as good as passwords.
_PRIVATE: Final = re.compile(r"/(users?|alerts?|monitors?|sources?)(/|$)")
_ADDRESS: Final = re.compile("url|webhook|header", re.IGNORECASE)


def _hidden(value: object) -> object:
    if isinstance(value, Mapping):
        return {
            name: MASK if looks_secret(name) or _ADDRESS.search(name) else _hidden(inner)
            for name, inner in value.items()
        }
    return [_hidden(item) for item in value] if isinstance(value, list) else value


def _shown(body: bytes, path: str, content_type: str) -> str:
    private = _PRIVATE.match(path) is not None
    try:
        value = codec.loads(body)
    except ValueError:
        # A document as text: where its secrets are, nobody can tell.
        return MASK if private or "yaml" in content_type else redact(body.decode("utf-8", "replace"))
    return codec.dumps(_hidden(value) if private else redact_fields(value)).decode()


def curl_command(request: Request, config: Config) -> str:
    """Write a request as a curl command that signs itself with the keys of whoever runs it."""
    query = canonical_query((name, MASK if looks_secret(name) else value) for name, value in request.query)
    url = f"{config.endpoint.url}{request.path}{'?' if query else ''}{query}"
    parts = [
        f"curl -X {shlex.quote(request.method)} {shlex.quote(url)}",
        f"--aws-sigv4 {shlex.quote(f'aws:amz:{config.region}:{config.service}')}",
        # Variables and not values: commands end up in histories and tickets.
        '--user "$INFINO_ACCESS_KEY:$INFINO_SECRET_KEY"',
    ]
    headers = {name.lower(): value for name, value in {**config.headers, **request.headers}.items()}
    if config.endpoint.tunnelled:
        headers["host"] = config.endpoint.host
    if request.content_type:
        headers.setdefault("content-type", request.content_type)
    for name, value in headers.items():
        value = value if is_harmless(name) or name == "host" else MASK
        parts.append(f"-H {shlex.quote(f'{name}: {value}')}")
    if proxy := shown_proxy(config.proxy):
        parts.append(f"--proxy {shlex.quote(proxy)}")
    if isinstance(request.content, bytes):
        parts.append(
            # `-d` would strip line breaks, and NDJSON with them.
            f"--data-binary {shlex.quote(_shown(request.content, request.path, headers.get('content-type', '')))}"
        )
    elif request.content is not None:
        parts.append("--data-binary @UPLOAD")
    return " \\\n  ".join(parts)
