"""Real PostgreSQL and MariaDB servers for tests: on free loopback ports, in folders of their own, gone afterwards."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

PASSWORD = "planted-pass%word"  # a percent sign and a dash, as real passwords have


def free_port() -> int:
    """A TCP port of loopback that nothing uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def program(name: str, *folders: str) -> str:
    """The path of a server program, or a skip that says which package has it."""
    for folder in folders:
        candidates = sorted(Path("/").glob(f"{folder.lstrip('/')}/{name}"))
        if candidates:
            return str(candidates[-1])
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def unprivileged(command: Sequence[str]) -> list[str]:
    """A command as another user where this one is root: PostgreSQL refuses to run as root."""
    return ["runuser", "-u", "postgres", "--", *command] if os.geteuid() == 0 else list(command)


def wait_until(ready: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait for a server, no longer than so many seconds."""
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            pytest.fail("the database server did not start in time")
        time.sleep(0.1)


def database_file(path: Path, *statements: str, driver: Any = sqlite3) -> None:
    """Make the file of an embedded database, or write to it, and leave no connection open: Python 3.13 warns of it."""
    with contextlib.closing(driver.connect(str(path))) as made:
        for statement in ("BEGIN", *statements, "COMMIT"):
            made.execute(statement)


@contextlib.contextmanager
def postgresql() -> Iterator[int]:
    """A PostgreSQL server with user `tester` and database `shop`; gives its port."""
    # A folder of its own: pytest's are closed to the user that the server runs as.
    with tempfile.TemporaryDirectory(prefix="infino-pg-") as folder:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
        with _postgresql(Path(folder)) as port:
            yield port


@contextlib.contextmanager
def _postgresql(folder: Path) -> Iterator[int]:
    data, port = folder / "data", free_port()
    bin_folder = "/usr/lib/postgresql/*/bin"
    initdb, server = program("initdb", bin_folder), program("postgres", bin_folder)
    password = folder / "password"
    password.write_text(PASSWORD)
    password.chmod(0o644)
    made = unprivileged([initdb, "-D", str(data), "-U", "tester", f"--pwfile={password}", "-A", "scram-sha-256", "-N"])
    subprocess.run(made, check=True, capture_output=True, timeout=60, cwd="/")
    options = ["-p", str(port), "-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={folder}", "-F"]
    running = subprocess.Popen(
        unprivileged([server, "-D", str(data), *options]),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/",
    )  # fmt: skip
    try:
        import psycopg

        def ready() -> bool:
            address = f"host=127.0.0.1 port={port} user=tester dbname=postgres"
            try:
                with psycopg.connect(address, password=PASSWORD, autocommit=True, connect_timeout=2) as connection:
                    connection.execute("CREATE DATABASE shop")
            except psycopg.OperationalError:
                return False
            return True

        wait_until(ready)
        yield port
    finally:
        _stop(running)


@contextlib.contextmanager
def mariadb(folder: Path) -> Iterator[int]:
    """A MariaDB server with user `tester` and database `shop`; gives its port."""
    data, port = folder / "maria", free_port()
    server = program("mariadbd", "/usr/sbin")
    install = program("mariadb-install-db", "/usr/bin")
    as_root = ["--user=root"] if os.geteuid() == 0 else []
    made = [install, "--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal", *as_root]
    subprocess.run(made, check=True, capture_output=True, timeout=120)
    startup = folder / "startup.sql"
    statements = (
        "CREATE DATABASE shop;",
        f"CREATE USER tester@'127.0.0.1' IDENTIFIED BY '{PASSWORD}';",
        "GRANT ALL ON shop.* TO tester@'127.0.0.1';",
    )
    startup.write_text("\n".join(statements) + "\n")  # the server reads one statement a line
    command = [
        server, "--no-defaults", f"--datadir={data}", f"--port={port}", "--bind-address=127.0.0.1",
        f"--socket={folder / 'maria.sock'}", f"--init-file={startup}", "--skip-name-resolve", *as_root,
    ]  # fmt: skip
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        import pymysql

        def ready() -> bool:
            try:
                pymysql.connect(host="127.0.0.1", port=port, user="tester", password=PASSWORD, database="shop").close()
            except pymysql.MySQLError:
                return False
            return True

        wait_until(ready)
        yield port
    finally:
        _stop(running)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(timeout=10)
