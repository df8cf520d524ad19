"""A request as a command that people can run, without anybody's keys in it."""

from __future__ import annotations

import shlex

from infino.core import codec
from infino.core.config import Config
from infino.core.redaction import looks_secret, redact, redact_fields
from infino.core.request import Request
from infino.core.secret import MASK
from infino.core.signer import canonical_query


def _shown(body: bytes) -> str:
    try:
        value = codec.loads(body)
    except ValueError:
        return redact(body.decode("utf-8", "replace"))
    return codec.dumps(redact_fields(value)).decode()


def curl_command(request: Request, config: Config) -> str:
    """Write a request as a curl command that signs itself.

    Args:
        request: What would be sent; an upload is named and not shown.
        config: Settings of the client.

    Returns:
        One command over several lines. The keys come from the environment of whoever runs it.
    """
    query = canonical_query((name, MASK if looks_secret(name) else value) for name, value in request.query)
    url = f"{config.endpoint.url}{request.path}{'?' if query else ''}{query}"
    parts = [
        f"curl -X {shlex.quote(request.method)} {shlex.quote(url)}",
        f"--aws-sigv4 {shlex.quote(f'aws:amz:{config.region}:{config.service}')}",
        '--user "$INFINO_ACCESS_KEY:$INFINO_SECRET_KEY"',
    ]
    headers = {name.lower(): value for name, value in {**config.headers, **request.headers}.items()}
    if request.content_type:
        headers.setdefault("content-type", request.content_type)
    for name, value in headers.items():
        parts.append(f"-H {shlex.quote(f'{name}: {MASK if looks_secret(name) else value}')}")
    if isinstance(request.content, bytes):
        parts.append(f"--data-binary {shlex.quote(_shown(request.content))}")
    elif request.content is not None:
        parts.append("--data-binary @UPLOAD")
    return " \\\n  ".join(parts)
