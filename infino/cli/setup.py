"""Settings, a look at the connection, and signed requests to any path."""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from infino.cli.operations import read_object, show
from infino.cli.output import write
from infino.cli.session import CommandGroup, Session, command, secret
from infino.core.redaction import printable
from infino.core.version import VERSION

if TYPE_CHECKING:
    from infino import Infino

SETTINGS = ("endpoint", "region", "access_key", "secret_key", "allow_http", "timeout", "ca_bundle", "proxy")


@command()
def whoami(session: Session) -> None:
    """Show whose keys these are."""
    with session.client() as client:
        show(session, client.account.whoami(), done="")


@command()
def ping(session: Session) -> None:
    """Ask the service for its version."""
    with session.client() as client:
        started = time.perf_counter()
        answer = client.ping()
        session.say(f"{client.config.endpoint.url} answered in {1000 * (time.perf_counter() - started):.0f} ms")
        show(session, answer, done="")


@command()
@click.argument("method")
@click.argument("path")
@click.option("-d", "--data", "body", help="Body: JSON or YAML text, @FILE, or - for standard input.")
@click.option(
    "--query", "params", multiple=True, metavar="NAME=VALUE", help="Query parameter; may be given several times."
)
def request(session: Session, method: str, path: str, body: str | None, params: tuple[str, ...]) -> None:
    """Send a signed request: infino request POST /sql -d '{"query": "SELECT 1"}'."""
    pairs = [(name, value) for name, _, value in (one.partition("=") for one in params)]
    with session.client() as client:
        answer = client.request(method, path, json=None if body is None else read_object(body), params=pairs)
    if answer is None:
        session.say("the answer is empty")
    else:
        write(answer, session.output or "json", single=not isinstance(answer, list))


@command()
def doctor(session: Session) -> None:
    """Check versions, settings, proxy, endpoint, clock, signature and keys; each finding says what to do."""
    from infino import InfinoError

    found: list[dict[str, Any]] = []

    def say(ok: bool, name: str, text: str) -> None:
        found.append({"check": name, "ok": ok, "finding": text})
        if session.output is None:
            click.echo(f"{'ok' if ok else 'FAIL':4} {name}: {printable(text)}")

    say(True, "versions", f"infino-sdk {VERSION}, Python {platform.python_version()}, {platform.system()}")
    name = "settings"
    try:
        with session.open() as client:
            # In this order: after one that fails, the next can't be looked at.
            for name, look in CHECKS.items():
                say(True, name, look(client))
    except (InfinoError, Finding) as error:
        say(False, name, str(error))
    if session.output is not None:
        write(found, session.output)
    if not found[-1]["ok"]:
        sys.exit(1)


class Finding(Exception):
    """What is wrong, and what to do."""


def _settings(client: Infino) -> str:
    return f"the endpoint comes from {client.config.sources.get('endpoint', 'the default')}"


def _answer(client: Infino) -> Any:
    """The headers of any answer: a refusal is one too."""
    from infino import APIError

    try:
        # The Date header of a refusal will do: a clock that is wrong is itself a reason to be refused.
        return client.with_raw_response.ping()
    except APIError as refusal:
        return refusal


def _endpoint(client: Infino) -> str:
    return f"{client.config.endpoint.url} answers with status {_answer(client).status}"


def _clock(client: Infino) -> str:
    said = _answer(client).headers.get("date")
    if not said:
        return "the service does not tell the time"
    off = (datetime.now(UTC) - parsedate_to_datetime(said)).total_seconds()
    text = f"{abs(off):.0f} s {'ahead of' if off > 0 else 'behind'} the service's"
    # The skew that services commonly allow a SigV4 date.
    if abs(off) >= 300:
        raise Finding(f"{text}; signatures are refused beyond 300 s: set this machine's clock (NTP)")
    return text


def _signature(client: Infino) -> str:
    client.ping()
    return "accepted"


def _keys(client: Infino) -> str:
    who = client.account.whoami()
    return f"these are the keys of {who.username or 'an account'}"


def _proxy(client: Infino) -> str:
    if client.config.proxy:
        return "requests go through the configured proxy"
    named = [name for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY") if {name, name.lower()} & os.environ.keys()]
    return (
        f"none is used; to use that of {', '.join(named)}, pass trust_env=True to the client, or set INFINO_PROXY"
        if named
        else "none"
    )


CHECKS: dict[str, Callable[[Infino], str]] = {
    "settings": _settings,
    "proxy": _proxy,
    "endpoint": _endpoint,
    "clock": _clock,
    "signature": _signature,
    "keys": _keys,
}


@click.group(cls=CommandGroup)
def config() -> None:
    """Settings and profiles."""


@command("show")
def config_show(session: Session) -> None:
    """Show each setting and where it came from; secrets are masked."""
    session.no_form("config show")
    with session.client() as client:
        click.echo(repr(client.config))


@command("profiles")
def config_profiles(session: Session) -> None:
    """List the profiles of the configuration file."""
    found = list(_read_profiles())
    if session.output is not None:
        write([{"profile": name} for name in found], session.output, limit=None)
        return
    for name in found:
        click.echo(printable(name))
    if not found:
        session.say("there is no profile yet; `infino config login` writes one")


@command("set")
@click.argument("name", type=click.Choice(SETTINGS), metavar="NAME")
@click.argument("value", required=False)
def config_set(session: Session, name: str, value: str | None) -> None:
    """Write one setting of a profile (--profile NAME, else default).

    NAME: endpoint, region, access_key, secret_key, allow_http (true or false), timeout (seconds), ca_bundle or proxy.

    VALUE: The value; a secret_key that is left out is asked for unseen, and - reads it from standard input.
    """
    if name == "secret_key":
        value = secret("Secret key", value)
    if value is None:
        raise click.UsageError(f"Give a value for {name}.")
    _save(session, {name: value})


@command("login")
@click.option("--access-key", prompt="Access key", help="The access key; asked for when left out.")
@click.option("--secret-key", help="The secret key; asked for when left out.")
def config_login(session: Session, access_key: str, secret_key: Any) -> None:
    """Ask for keys, try them, and keep them in a profile that only you can read."""
    from infino import Infino, InfinoError
    from infino.cli.session import failure

    secret_key = secret("Secret key", secret_key)
    endpoint = session.endpoint or click.prompt("Endpoint", default="https://api.infino.ws")
    try:
        # Tried before they are saved: a profile that does not work is worse than none.
        with Infino(access_key=access_key, secret_key=secret_key, endpoint=endpoint) as client:
            who = client.account.whoami()
    except InfinoError as error:
        raise failure(error) from error
    session.say(f"These are the keys of {printable(who.username or 'an account')}.")
    _save(session, {"endpoint": endpoint, "access_key": access_key, "secret_key": secret_key})


def _profile_path() -> Path:
    from infino.core.credentials import profile_path

    path = profile_path(os.environ)
    if path is None:
        raise click.ClickException("there is no home directory for the profile file; set XDG_CONFIG_HOME")
    return Path(path)


def _read_profiles() -> dict[str, Any]:
    import tomllib

    path = _profile_path()
    try:
        # Editors on Windows may have put a byte order mark in front, which TOML does not allow.
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise click.ClickException(f"{path} cannot be read: {error}") from None


def _save(session: Session, values: dict[str, str]) -> None:
    name = session.profile or "default"
    profiles = _read_profiles()
    profiles.setdefault(name, {}).update({key: _typed(key, value) for key, value in values.items()})
    path = _profile_path()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    written = path.with_suffix(".new")
    # Readable by nobody else from the first byte, and never half written.
    with open(os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.writelines(line + "\n" for line in _toml(profiles))
    written.replace(path)
    session.say(f"{', '.join(sorted(values))} written to profile {name} in {path}")


def _typed(name: str, value: str) -> Any:
    if name == "allow_http":
        if value.lower() not in ("true", "false"):
            raise click.UsageError("allow_http is true or false.")
        return value.lower() == "true"
    if name == "timeout":
        try:
            return float(value)
        except ValueError:
            raise click.UsageError("timeout is a number of seconds.") from None
    return value


def _toml(profiles: dict[str, Any]) -> Iterator[str]:
    """Write profiles: tables of text, numbers and yes or no; TOML's basic strings escape as JSON's do."""
    import json

    for name, values in profiles.items():
        yield f"[{json.dumps(name)}]"
        yield from (f"{key} = {json.dumps(value)}" for key, value in values.items())
        yield ""


for _one in (config_show, config_profiles, config_set, config_login):
    config.add_command(_one)


@click.group(cls=CommandGroup)
def completion() -> None:
    """Completion for the shell."""


PLACES = {
    "bash": "~/.local/share/bash-completion/completions/infino",
    "zsh": "~/.zfunc/_infino",
    "fish": "~/.config/fish/completions/infino.fish",
}


@command("install")
@click.argument("shell", required=False, type=click.Choice(list(PLACES)))
def completion_install(session: Session, shell: str | None) -> None:
    """Write the completion for bash, zsh or fish where the shell looks for it."""
    from click.shell_completion import get_completion_class

    from infino.cli.app import infino as root

    shell = shell or Path(os.environ.get("SHELL", "bash")).name
    kind = get_completion_class(shell)
    if kind is None or shell not in PLACES:
        raise click.UsageError(f"There is no completion for {shell}; name one of {', '.join(PLACES)}.")
    path = Path(PLACES[shell]).expanduser()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(kind(root, {}, "infino", "_INFINO_COMPLETE").source(), encoding="utf-8")
    session.say(f"written to {path}; open a new shell" + (" (with ~/.zfunc in fpath)" if shell == "zsh" else ""))


completion.add_command(completion_install)
