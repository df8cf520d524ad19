"""`infino mcp`: tools for agents, over standard input and output or on loopback."""

from __future__ import annotations

import json
import secrets
import shutil
import sys
from typing import Any

import click

from infino.cli.session import Session, failure, shared_options


@click.group(invoke_without_command=True)
@click.option("--allow-writes", is_flag=True, help="Offer the tools that write as well.")
@click.option("--http", "port", type=click.IntRange(0, 65535), help="Serve HTTP on this port of 127.0.0.1 instead.")
@shared_options
@click.pass_context
def mcp(ctx: click.Context, allow_writes: bool, port: int | None) -> None:
    """Serve tools for agents over the Model Context Protocol; it reads only, unless told otherwise."""
    if ctx.invoked_subcommand is not None:
        return
    import asyncio

    from infino import AsyncInfino, InfinoError
    from infino.mcp import mcp_server

    session = ctx.ensure_object(Session)

    async def run() -> None:
        async with AsyncInfino(profile=session.profile, endpoint=session.endpoint) as client:
            server = mcp_server(client, allow_writes=allow_writes)
            await (server.run_stdio_async() if port is None else serve_http(server, port))

    try:
        asyncio.run(run())
    except InfinoError as error:
        raise failure(error) from error


async def serve_http(server: Any, port: int) -> None:
    """Serve on loopback, and say on standard error where, and with which token."""
    import uvicorn

    from infino.mcp import loopback_app

    token = secrets.token_urlsafe(24)
    config = uvicorn.Config(loopback_app(server, token), host="127.0.0.1", port=port, log_level="warning")
    with config.bind_socket() as listener:
        click.echo(f"http://127.0.0.1:{listener.getsockname()[1]}/mcp", err=True)
        click.echo(f"Authorization: Bearer {token}", err=True)
        await uvicorn.Server(config).serve(sockets=[listener])


@mcp.command()
@click.argument("program", type=click.Choice(["claude", "cursor", "vscode"]), default="claude")
@click.option("--allow-writes", is_flag=True, help="Offer the tools that write as well.")
@click.pass_obj
def install(session: Session, program: str, allow_writes: bool) -> None:
    """Print the configuration for a program that runs agents; keys stay in the profile or the environment."""
    arguments = ["mcp", *(["--allow-writes"] if allow_writes else [])]
    if session.profile:
        arguments += ["--profile", session.profile]
    if session.endpoint:
        arguments += ["--endpoint", session.endpoint]
    command = shutil.which("infino")
    server = (
        {"command": command, "args": arguments}
        if command
        else {"command": sys.executable, "args": ["-m", "infino.cli", *arguments]}
    )
    key = "servers" if program == "vscode" else "mcpServers"
    click.echo(json.dumps({key: {"infino": {"type": "stdio", **server}}}, indent=2))
