"""What connections reach: files and addresses that they may open, and never the gateway's own."""

from __future__ import annotations

import http.server
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from infino import Infino, InfinoError
from infino.local import LocalGateway
from infino.local.http import Problem
from infino.local.reach import Reach
from tests.support.databases import database_file

CONNECT = {"Effect": "Allow", "ResourceType": "connection", "Actions": ["*"], "Resources": ["*"]}


def database(path: Path) -> Path:
    database_file(path, "CREATE TABLE t (a)")
    return path


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder such as a gateway keeps, with a database in it and one in a folder below."""
    folder = tmp_path / "data"
    (folder / "spool").mkdir(parents=True)
    database(folder / "control.sqlite")
    database(folder / "spool" / "file-1")
    return folder


def names(data: Path, beside: Path) -> list[str]:
    """Names under which a file of the data folder can be had."""
    (beside / "link").symlink_to(data / "control.sqlite")
    (beside / "folder-link").symlink_to(data)
    os.link(data / "control.sqlite", beside / "hard-link")
    (beside / "chain").symlink_to(beside / "link")
    held = os.open(data / "control.sqlite", os.O_RDONLY)  # open until the process ends
    return [
        *(
            str(data / name)
            for name in ("control.sqlite", "spool/file-1", "not-yet-there", "", "spool/../control.sqlite")
        ),
        *(str(beside / name) for name in ("link", "hard-link", "chain", "folder-link/control.sqlite")),
        *(f"/proc/self/fd/{held}", f"/proc/self/root{data}/control.sqlite", f"{data}//.//control.sqlite"),
        os.path.relpath(data / "control.sqlite"),
    ]


def test_no_name_of_an_own_file_is_opened(data: Path, tmp_path: Path) -> None:
    reach = Reach(data)
    for name in names(data, tmp_path):
        with pytest.raises(Problem, match="own files"):
            reach.file(name, chosen_by_admin=True)
    assert reach.file(str(tmp_path / "x.sqlite"), chosen_by_admin=True) == (tmp_path / "x.sqlite").resolve()


def test_only_files_below_the_allowed_folder_are_opened(data: Path, tmp_path: Path) -> None:
    allowed = tmp_path / "allowed"
    (allowed / "below").mkdir(parents=True)
    inside = database(allowed / "below" / "shop.sqlite")
    outside = database(tmp_path / "allowed-not.sqlite")
    (allowed / "link-out").symlink_to(outside)
    reach = Reach(data, allowed)
    for admin in (True, False):
        assert reach.file(str(inside), chosen_by_admin=admin) == inside.resolve()
        for name in (outside, allowed / "link-out", allowed / ".." / "allowed-not.sqlite", "/etc/hostname", "~/x"):
            with pytest.raises(Problem, match=r"below .*allowed only"):
                reach.file(str(name), chosen_by_admin=admin)
    with pytest.raises(Problem, match="only the admin"):
        Reach(data).file(str(inside), chosen_by_admin=False)


@pytest.mark.parametrize("kind", ["sqlite", "duckdb", "sqlalchemy"])
def test_a_connection_opens_no_own_file_and_users_open_none(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "data"
    theirs = tmp_path / "theirs"
    if kind == "duckdb":
        duckdb.connect(str(theirs)).close()
    else:
        database(theirs)

    def config(path: Path) -> dict[str, str]:
        return {"name": "x", "url": f"sqlite:///{path}"} if kind == "sqlalchemy" else {"name": "x", "path": str(path)}

    own = folder / ("infino.duckdb" if kind == "duckdb" else "control.sqlite")
    with LocalGateway(folder) as gateway, gateway.client() as admin:
        admin.request("PUT", "/role/connector", json={"Permissions": [CONNECT]})
        keys = admin.request("PUT", "/user/carl", json={"Roles": ["connector"]})
        with pytest.raises(InfinoError, match="own files"):
            admin.request("POST", f"/source/{kind}", json={"config": config(own)})
        made = admin.request("POST", f"/source/{kind}", json={"config": config(theirs)})["connection_id"]
        with Infino(access_key=keys["access_key"], secret_key=keys["secret_key"], endpoint=gateway.endpoint) as carl:
            with pytest.raises(InfinoError, match="own files"):
                carl.request("POST", f"/source/{kind}", json={"config": config(own)})
            with pytest.raises(InfinoError, match="only the admin"):
                carl.request("POST", f"/source/{kind}", json={"config": config(theirs)})
            with pytest.raises(InfinoError, match="only the admin"):
                carl.request("PATCH", f"/source/{made}", json={"config": config(theirs)})
            with pytest.raises(InfinoError, match="own files"):
                carl.request("PATCH", f"/source/{made}", json={"config": config(own)})
            carl.request("PATCH", f"/source/{made}", json={"config": {"name": "other"}})
            assert carl.request("POST", f"/source/{made}/sql", json={"query": "SELECT 1 AS one"})["rows"] == [[1]]
        theirs.unlink()
        theirs.symlink_to(own)  # the file behind a connection that was good becomes another
        with pytest.raises(InfinoError, match="own files"):
            admin.request("POST", f"/source/{made}/sql", json={"query": "SELECT 1"})


@pytest.mark.parametrize(
    "host",
    [
        "169.254.169.254", "169.254.0.1", "2852039166", "0xA9FEA9FE", "0251.0376.0251.0376", "fe80::1",
        "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "fd00:ec2::254", "224.0.0.1", "168.63.129.16",
    ],
)  # fmt: skip
def test_no_link_local_address_is_reached(host: str) -> None:
    with pytest.raises(Problem, match="link-local"):
        Reach(None).addresses(host, 80)
    assert Reach(None, reachable=[f"{host}:80"]).addresses(host, 80)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.9.9.9", "0.0.0.0", "::1", "::", "::ffff:127.0.0.1"])
def test_the_gateway_itself_is_not_reached(host: str) -> None:
    reach = Reach(None)
    reach.own_port = 9201
    with pytest.raises(Problem, match="this gateway itself"):
        reach.addresses(host, 9201)
    assert reach.addresses(host, 9202)
    assert reach.addresses("192.0.2.1", 9201) == ["192.0.2.1"]


@pytest.mark.parametrize(
    ("kind", "config"),
    [
        ("prometheus", {"base_url": "http://169.254.169.254"}),
        ("elasticsearch", {"host": "169.254.169.254:80"}),
        ("postgresql", {"host": "169.254.169.254"}),
        ("mysql", {"url": "mysql://169.254.169.254/x"}),
        ("opensearch", {"base_url": "OWN"}),
        ("postgresql", {"host": "127.0.0.1", "port": "OWN-PORT"}),
    ],
)
def test_connections_are_refused_before_they_connect(kind: str, config: dict[str, Any]) -> None:
    with LocalGateway() as gateway, gateway.client() as client:
        port = gateway.endpoint.rpartition(":")[2]
        given = {
            name: value.replace("OWN-PORT", port).replace("OWN", gateway.endpoint) for name, value in config.items()
        }
        with pytest.raises(InfinoError, match="403 security_exception"):
            client.request("POST", f"/source/{kind}", json={"config": given})


@pytest.mark.parametrize(
    "url",
    [
        "mysql+pymysql://127.0.0.1/x?local_infile=1", "mysql+pymysql://127.0.0.1/x?read_default_file=/etc/my.cnf",
        "postgresql+psycopg://127.0.0.1/x?passfile=/etc/hostname", "postgresql+psycopg://127.0.0.1/x?hostaddr=1.2.3.4",
        "mysql+pymysql://127.0.0.1/x?unix_socket=/run/docker.sock",
    ],
)  # fmt: skip
def test_a_url_has_no_parameter_that_names_files_or_other_hosts(sync_client: Infino, url: str) -> None:
    with pytest.raises(InfinoError, match="has the parameter"):
        sync_client.request("POST", "/source/sqlalchemy", json={"config": {"url": url}})


class Store(http.server.BaseHTTPRequestHandler):
    """A Prometheus that tells by which name it was asked."""

    protocol_version = "HTTP/1.1"
    asked: list[str] = []

    def do_POST(self) -> None:
        self.asked.append(self.headers["host"])
        self.rfile.read(int(self.headers.get("content-length") or 0))
        body = b'{"status":"success","data":{"resultType":"vector","result":[]}}'
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def store() -> Iterator[int]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Store) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def test_a_name_is_looked_up_once_and_sent_as_it_was_given(
    sync_client: Infino, store: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_up: list[str] = []
    find = socket.getaddrinfo

    def answer(host: Any, port: Any, *rest: Any, **options: Any) -> Any:
        if host == "shop.test":
            looked_up.append(host)
            return [
                (family, socket.SOCK_STREAM, 6, "", (address, port))
                for family, address in ((socket.AF_INET6, "::1"), (socket.AF_INET, "127.0.0.1"))
            ]
        return find(host, port, *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    Store.asked.clear()
    sync_client.request("POST", "/source/prometheus", json={"config": {"base_url": f"http://shop.test:{store}"}})
    assert set(Store.asked) == {f"shop.test:{store}"}
    assert len(looked_up) == len(Store.asked)  # the second address is tried without another look
