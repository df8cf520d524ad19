"""Runs a gateway in the foreground, for `infino local`."""

from __future__ import annotations

import gc
import shlex
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from types import FrameType
from typing import TextIO

from infino.core.errors import ConfigError
from infino.core.redaction import printable
from infino.local.folder import DamagedFile, FolderInUse
from infino.local.gateway import LocalGateway, PortInUse
from infino.local.seed import FLIGHTS, flights
from infino.local.seed_dashboard import DASHBOARD_ID, dashboard, visualizations

SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


def serve(
    port: int = 0,
    data: Path | None = None,
    ephemeral: bool = False,
    compat: bool = False,
    host: str = "127.0.0.1",
    files: Path | None = None,
    seed: str | None = None,
    output: TextIO | None = None,
    stop: threading.Event | None = None,
    beside: Callable[[LocalGateway, TextIO], AbstractContextManager[None]] | None = None,
) -> None:
    """Serve until Ctrl-C or SIGTERM; first print `export` lines that point a client here.

    Args:
        port: The port; 0 takes a free one.
        data: The data folder; None keeps everything in memory.
        ephemeral: Whether to keep everything in memory whatever `data` says.
        compat: Whether to accept the deviations of the old SDK 0.7.0.
        host: The address to listen on.
        files: The folder whose file databases connections may open; without it the admin may name any.
        seed: "flights" uploads the demonstration data first.
        output: Where to print; standard output by default.
        stop: Ends serving when set, as Ctrl-C does.
        beside: Runs as long as the gateway, such as pages over it.

    Raises:
        SystemExit: With one sentence, when the port or the data folder is in use.

    Examples:
        >>> serve(port=9201, data=Path("./data"))
    """
    printed = output or sys.stdout
    ended = stop or threading.Event()
    try:
        with (
            stopped_by_signals(),
            LocalGateway(None if ephemeral else data, port, compat, host=host, files=files) as gateway,
        ):
            print_exports(gateway, printed)
            if seed is not None:
                plant(gateway, seed, printed)
            gc.freeze()  # what the imports made is there to stay; uploads would have it looked through again and again
            with beside(gateway, printed) if beside else nullcontext():
                while not ended.wait(3600.0):
                    continue
    except KeyboardInterrupt:
        return
    except (ConfigError, PortInUse, FolderInUse, DamagedFile) as error:
        raise SystemExit(printable(error)) from None
    except OSError as error:
        raise SystemExit(printable(f"the gateway can't use {data or host}: {error}")) from None
    finally:
        gc.unfreeze()


def print_exports(gateway: LocalGateway, output: TextIO) -> None:
    """Print lines for a shell to evaluate."""
    place = gateway.state.options.path
    held = printable(place.absolute()) if place else "memory"
    output.write(f"# Infino local gateway, data in {held}; Ctrl-C ends it.\n")
    output.writelines(
        f"export {name}={shlex.quote(value)}\n"
        for name, value in (
            ("INFINO_ENDPOINT", gateway.endpoint),
            ("INFINO_ACCESS_KEY", gateway.access_key),
            ("INFINO_SECRET_KEY", gateway.secret_key),
        )
    )
    output.flush()


@contextmanager
def stopped_by_signals() -> Iterator[None]:
    """Let Ctrl-C, SIGTERM (docker stop, systemd) and a closed terminal all raise `KeyboardInterrupt`, once.

    What is ignored stays so: a job in the background does not hear Ctrl-C, nor one under nohup its terminal.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # signals are the main thread's
        return
    heard = [number for number in SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]

    def stop(number: int, frame: FrameType | None) -> None:
        for each in heard:
            signal.signal(each, signal.SIG_IGN)  # closing has begun, and is not to be torn
        raise KeyboardInterrupt

    before = [(number, signal.signal(number, stop)) for number in heard]
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)


def plant(gateway: LocalGateway, seed: str, output: TextIO) -> None:
    """Upload demonstration data, unless it is there already.

    Args:
        gateway: A running gateway.
        seed: Which data; there is "flights".
        output: Where to say what was done.
    """
    load = SEEDS.get(seed)
    if load is None:
        raise SystemExit(f"there is no seed {seed!r}; choose from {', '.join(SEEDS)}")
    load(gateway, output)


def plant_flights(gateway: LocalGateway, output: TextIO) -> None:
    """Upload the flights that left New York in 2013, with airlines, airports, planes, weather and a dashboard."""
    with gateway.client() as client:
        for name in FLIGHTS:
            if is_there(gateway, name):
                output.write(f"# {name}: there already\n")
                continue
            try:
                table = flights(name)
            except ModuleNotFoundError:
                raise SystemExit("the flights need: pip install 'infino-sdk[demo]'") from None
            client.datasets.create(name)
            report = client.records.bulk(name, table)
            output.write(f"# {name}: {report.accepted} records\n")
            output.flush()
        if gateway.state.control.get("dashboard", DASHBOARD_ID) is None:
            for id, spec in visualizations().items():
                client.visualizations.replace(id, spec)
            client.dashboards.replace(DASHBOARD_ID, dashboard())
        output.write(f"# dashboard {DASHBOARD_ID}: `infino dashboard open {DASHBOARD_ID}` shows it\n")
        output.flush()


def is_there(gateway: LocalGateway, name: str) -> bool:
    """Tell whether a dataset exists."""
    with gateway.state.store.reading() as cursor:
        return gateway.state.store.find(cursor, name) is not None


SEEDS: dict[str, Callable[[LocalGateway, TextIO], None]] = {"flights": plant_flights}
