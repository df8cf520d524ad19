"""`infino dashboard`: dashboards in the browser, served on this machine."""

from __future__ import annotations

import threading
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO
from urllib.parse import quote

import click

from infino.cli.session import CommandGroup, Session, command

if TYPE_CHECKING:
    from infino.local.gateway import LocalGateway


@click.group(cls=CommandGroup)
def dashboard() -> None:
    """Dashboards in the browser."""


@command("open")
@click.argument("id", required=False)
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="TCP port on loopback; 0 takes a free one.")
@click.option("--browser/--no-browser", default=True, help="Open the address, or only print it.")
def open_dashboard(session: Session, id: str | None, port: int, browser: bool) -> None:
    """Serve a dashboard on this machine, with filters, refresh and the records behind; without an ID, the list."""
    from infino.web import WebServer

    with session.client() as client:
        if id is not None:
            client.dashboards.get(id)  # what is not there is said here, and not in the browser
        try:
            server = WebServer(client, port)
        except OSError as error:
            raise click.ClickException(f"port {port} on 127.0.0.1 cannot be served: {error.strerror}") from None
        with server:
            address = server.address(f"/dashboards/{quote(id, safe='')}" if id else "/")
            session.say("Ctrl-C ends it. The address lets whoever has it act with your keys:")
            click.echo(address)
            if browser:
                webbrowser.open(address)
            wait()


def wait() -> None:
    """Wait for Ctrl-C."""
    threading.Event().wait()


dashboard.add_command(open_dashboard)


@contextmanager
def pages(gateway: LocalGateway, output: TextIO) -> Iterator[None]:
    """Serve pages over a gateway as long as it runs.

    Args:
        gateway: A running gateway.
        output: Where to print their address.
    """
    from infino.web import WebServer

    with gateway.client() as client, WebServer(client) as server:
        output.write(f"# pages: {server.url}\n")
        output.flush()
        yield
