"""Blocking twins: what the rules turn over, and what they refuse."""

from __future__ import annotations

import ast
import inspect
import re
import sys
from pathlib import Path

import pytest

import infino

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from generator import blocking, words  # noqa: E402 - lives beside the script, not in a package
from generator.document import DocumentError  # noqa: E402 - the same

FLOW = '''"""A flow."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from infino.resources.concurrency import async_off_loop

if TYPE_CHECKING:
    from infino.caller import AsyncClientCaller

LIMIT = 3


class Kept:
    """Stands once."""


def kept() -> Kept:
    return Kept()


# The reason for it.
class AsyncThing:
    """A thing.

    Examples:
        >>> async with AsyncThing(caller) as thing:
        ...     async for one in thing.each():
        ...         print((await thing.get(one)).name)
    """

    def __init__(self, caller: AsyncClientCaller) -> None:
        self._caller = caller

    async def __aenter__(self) -> AsyncThing:
        return self

    async def each(self) -> AsyncIterator[Kept]:
        """Go through them."""
        async for page in self._pages():  # noqa: ASYNC119 - closed by its owner
            yield (await async_off_loop(kept)).copy(await self.get(LIMIT))[await self.get(1)]

    async def get(self, number: int) -> Kept:
        names = [one.name for one in self.names if one]
        return [kept() async for _ in self._pages()][(await self.get(number)) or names]

    async def sum(self) -> int:
        return (await self.get(LIMIT or 1)).size + (await self.get(1) or kept()).size

    def opener(self) -> Callable[[str], Awaitable[list[AsyncThing]]]:
        return self._open

    async def close(self) -> None:
        """Close it."""

    async def aclose(self) -> None:
        """Do the same."""
        await self.close()


async def whole(thing: AsyncThing) -> Kept:
    return await thing.get(1)


def opened() -> AsyncThing:
    return whole
'''
TWIN = '''
# The reason for it.
class Thing:
    """A thing.

    Examples:
        >>> with Thing(caller) as thing:
        ...     for one in thing.each():
        ...         print(thing.get(one).name)
    """

    def __init__(self, caller: ClientCaller) -> None:
        self._caller = caller

    def __enter__(self) -> Thing:
        return self

    def each(self) -> Iterator[Kept]:
        """Go through them."""
        for page in self._pages():
            yield off_loop(kept).copy(self.get(LIMIT))[self.get(1)]

    def get(self, number: int) -> Kept:
        names = [one.name for one in self.names if one]
        return [kept() for _ in self._pages()][(self.get(number)) or names]

    def sum(self) -> int:
        return self.get(LIMIT or 1).size + (self.get(1) or kept()).size

    def opener(self) -> Callable[[str], list[Thing]]:
        return self._open

    def close(self) -> None:
        """Close it."""


def whole(thing: Thing) -> Kept:
    return thing.get(1)


def opened() -> Thing:
    return whole
'''


@pytest.fixture
def twin(tmp_path, monkeypatch):
    """Turn a flow over."""

    def turn(text: str) -> str:
        folder = tmp_path / "infino" / "resources"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "things.py").write_text(text)
        for name in ("caller.py", "resources/concurrency.py"):
            (tmp_path / "infino" / name).write_text((ROOT / "infino" / name).read_text())
        monkeypatch.setattr(blocking, "ROOT", tmp_path)
        source = blocking.AsyncSource(folder / "things.py")
        return blocking.Turner([source], tmp_path).twin(source)

    return turn


def test_what_is_async_is_turned_and_the_rest_is_imported(twin):
    made = twin(FLOW)
    head, _, body = made.partition("\n\n\n")
    assert re.sub(r"\n\s*\n", "\n", body).strip() == re.sub(r"\n\s*\n", "\n", TWIN).strip()
    assert head.startswith('"""A flow.\n\nGenerated from infino/resources/things.py; changes belong there.\n"""\n')
    for line in (
        "from collections.abc import Iterator",
        "from infino.resources.concurrency import off_loop",
        "from infino.resources.things import LIMIT",
        "from infino.resources.things import Kept",
        "from infino.resources.things import kept",
        "    from infino.caller import ClientCaller",
    ):
        assert line in head.splitlines()
    ast.parse(made)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("self._caller = caller", "asyncio.run(caller)", "asyncio has no blocking form"),
        ("import async_off_loop", "import async_on_loop", "infino.resources.concurrency has no on_loop"),
        ("    async def aclose", "    async def async_get", "async_get and get become one method"),
        ('"""Go through them."""', '"""Go through them on the event loop."""', "docstring says 'event loop'"),
        ("(kept))", "(kept, 'an async one'))", "a string names what is async: 'an async one'"),
        ("self.get(LIMIT)", "f'{await self.get(1)}'", "string"),
        ("self.get(LIMIT)", "f'{AsyncThing}'", "string"),
        (">>> async with AsyncThing(caller) as thing:", ">>> async with AsyncThing(caller as thing:", "not Python"),
    ],
)
def test_what_no_rule_covers_is_refused_with_its_place(twin, old, new, message):
    assert old in FLOW
    with pytest.raises(
        DocumentError,
        match=r"^infino/resources/things.py:\d+ has no blocking twin: " if "things" not in message else "",
    ):
        twin(FLOW.replace(old, new))
    with pytest.raises(DocumentError, match=message):
        twin(FLOW.replace(old, new))


def test_what_is_turned_comes_from_its_twin_and_the_rest_from_its_source():
    text = (ROOT / "generated" / "infino_api" / "blocking" / "files.py").read_text()
    assert "from infino.resources.jobs import check_end\n" in text
    assert "from infino_api.blocking.jobs import follow\n" in text


def test_only_async_classes_are_flows(tmp_path, monkeypatch):
    folder = tmp_path / "infino" / "resources"
    folder.mkdir(parents=True)
    (folder / "things.py").write_text(FLOW + "\n\nclass Helper:\n    async def help(self) -> None: ...\n")
    monkeypatch.setattr(blocking, "ROOT", tmp_path)
    assert list(blocking.flows([blocking.AsyncSource(folder / "things.py")])) == ["AsyncThing"]


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("AsyncQuery", "Query"),
        ("_AsyncLine", "_Line"),
        ("async_off_loop", "off_loop"),
        ("asynchronous", "asynchronous"),
    ],
)
def test_words(name, wanted):
    assert words.word(name) == wanted


def test_every_phrase_is_said_somewhere():
    said = "".join(path.read_text() for path in (*blocking.OTHERS, *blocking.FLOWS.glob("*.py")))
    assert [phrase for phrase in words.PHRASES if phrase not in said] == []


def test_the_two_clients_differ_by_name_only():
    for name in ("__init__", "local", "request", "with_options", "on", "debug_curl", "close"):
        found = [inspect.signature(getattr(kind, name)) for kind in (infino.Infino, infino.AsyncInfino)]
        shown = [str(one).replace("AsyncInfino", "Infino") for one in found]
        assert shown[0] == shown[1]
    assert infino.Infino.__name__ == "Infino"
    assert "asyncio" not in (infino.Infino.__doc__ or "")
    assert inspect.getsource(infino.Infino).startswith("class Infino(")
