"""`infino mcp`: tools for agents, over standard input and output or on loopback."""

from __future__ import annotations

import json
import secrets
import shutil
import sys
from functools import partial
from typing import Any, Final

import click

from infino.cli.session import Session, failure, shared_options

MOST_ANSWER: Final = 64 << 20
"""Bytes of an answer of the service; what an agent asks for should be less by far."""
PROGRAMS: Final = {
    "claude": ("mcpServers", "claude_desktop_config.json of Claude Desktop, or .mcp.json of a project of Claude Code"),
    "cursor": ("mcpServers", "~/.cursor/mcp.json, or .cursor/mcp.json of a project"),
    "vscode": ("servers", ".vscode/mcp.json of a project, or the user's mcp.json"),
    "codex": ("mcp_servers", "~/.codex/config.toml, or .codex/config.toml of a project"),
}
"""Program -> the key of its servers, and the file in which it stands."""


@click.group(invoke_without_command=True)
@click.option("--allow-writes", is_flag=True, help="Offer the tools that write as well.")
@click.option("--http", "port", type=click.IntRange(0, 65535), help="Serve HTTP on this port of 127.0.0.1 instead.")
@shared_options
@click.pass_context
def mcp(ctx: click.Context, allow_writes: bool, port: int | None) -> None:
    """Serve tools for agents over the Model Context Protocol; it reads only, unless told otherwise."""
    if ctx.invoked_subcommand is not None:
        if allow_writes or port is not None:
            sub = ctx.invoked_subcommand
            raise click.UsageError(f"put --allow-writes after {sub}, and use --http without {sub}")
        return
    import asyncio

    from infino import AsyncInfino, InfinoError
    from infino.mcp import mcp_server

    session = ctx.ensure_object(Session)

    async def run() -> None:
        async with AsyncInfino(
            profile=session.profile, endpoint=session.endpoint, max_response_bytes=MOST_ANSWER
        ) as client:
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

    # Loopback alone does not keep out other users of this machine, nor pages in a browser.
    token = secrets.token_urlsafe(24)
    config = uvicorn.Config(loopback_app(server, token), host="127.0.0.1", port=port, log_level="warning")
    # Bound before uvicorn runs, so that port 0 has become a number that can be printed.
    with config.bind_socket() as listener:
        click.echo(f"http://127.0.0.1:{listener.getsockname()[1]}/mcp", err=True)
        click.echo(f"Authorization: Bearer {token}", err=True)
        await uvicorn.Server(config).serve(sockets=[listener])


@mcp.command()
@click.argument("program", type=click.Choice(list(PROGRAMS)), default="claude")
@click.option("--allow-writes", is_flag=True, help="Offer the tools that write as well.")
@click.pass_obj
def install(session: Session, program: str, allow_writes: bool) -> None:
    """Print the configuration for a program that runs agents; keys stay in the profile or the environment."""
    arguments = ["mcp", *(["--allow-writes"] if allow_writes else [])]
    if session.profile:
        arguments += ["--profile", session.profile]
    if session.endpoint:
        arguments += ["--endpoint", session.endpoint]
    # By full path: programs with windows are not started from a shell and have another PATH.
    found = shutil.which("infino")
    command, arguments = (found, arguments) if found else (sys.executable, ["-m", "infino", *arguments])
    key, place = PROGRAMS[program]
    toml = partial(json.dumps, ensure_ascii=False)
    if key == "mcp_servers":  # texts and lists of JSON are those of TOML too
        click.echo(f"[{key}.infino]\ncommand = {toml(command)}\nargs = {toml(arguments)}")
    else:
        server = {"type": "stdio", "command": command, "args": arguments}
        click.echo(json.dumps({key: {"infino": server}}, indent=2))
    click.echo(f"Put it into {place}.", err=True)
    if not session.profile:
        click.echo("Desktop programs do not see the variables of a shell: name the keys with --profile.", err=True)
