"""One command for each method of a resource, written from its signature: a new operation is a command at once."""

from __future__ import annotations

import inspect
import json
import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from infino import IssuedKeys
from infino.cli.output import say_text, write
from infino.cli.session import CommandGroup, Session, command, secret
from infino.core.redaction import printable

# What a command line sets once for all calls, and what can't be typed there.
_PER_CALL = {"headers", "retry", "extra_query", "extra_body", "progress", "on_error"}
_DESTROYS = ("delete", "clear", "remove")
# Written by hand, with files, progress and questions: `infino load`, `roles plan`, `keys rotate` and so on.
_BY_HAND = {
    "bulk", "bulk_iter", "bulk_chunk", "load", "export", "plan", "apply", "rotate_keys",
    "ask", "stream", "chat", "send", "analyze", "analyze_stream", "notebook_report", "notebook_report_stream",
}  # fmt: skip
# Arguments that are what a file holds, and how it is read: by its path, or as bytes.
TAKES_FILES: dict[tuple[str, str], tuple[str, Callable[[Path], Any]]] = {
    ("files", "upload"): ("path_or_file", Path),
    ("metrics", "upload"): ("exposition", Path.read_bytes),
}
# Never shown, and asked for where they are left out.
_SECRET = {"password"}
_STRUCTURED = "JSON or YAML text, @FILE, or - for standard input."
_OR_FILE = "An object may also be @FILE, or - for standard input."


def resource_group(name: str) -> click.Group:
    """Write the group of a resource and of the resources below it.

    Args:
        name: Name on the client, such as `datasets`.

    Returns:
        The group, with a command for each method.
    """
    from infino import Infino

    # Only its tree is read, nothing is sent.
    client = Infino(access_key="-", secret_key="-", endpoint="http://127.0.0.1:1")  # noqa: S106 - no secret
    return _group(name, getattr(client, name), (name,))


def _group(name: str, resource: Any, path: tuple[str, ...]) -> click.Group:
    group = CommandGroup(
        name, help=_first_line(type(resource)), context_settings={"help_option_names": ["-h", "--help"]}
    )
    for member, value in inspect.getmembers(type(resource)):
        if member.startswith("_") or member == "with_raw_response" or member in _BY_HAND:
            continue
        if inspect.isfunction(value):
            group.add_command(_operation(member, value, path))
        else:
            group.add_command(_group(member, getattr(resource, member), (*path, member)))
    return group


def _first_line(documented: Any) -> str:
    return _typed(inspect.getdoc(documented) or "").partition("\n")[0]


def _typed(text: str) -> str:
    """A text of Python's as one of the command line, where nothing is None: it is left out."""
    return re.sub(r"\bNone\b", "left out", text)


def argument_texts(docstring: str) -> dict[str, str]:
    """Read the `Args:` section of a docstring.

    Args:
        docstring: Text in the Google style.

    Returns:
        What it says of each argument.
    """
    section = re.search(r"^Args:\n(.*?)(?:\n\S|\Z)", docstring, re.MULTILINE | re.DOTALL)
    if not section:
        return {}
    found = re.findall(r"^    (\w+): (.*(?:\n {5,}.*)*)", section[1], re.MULTILINE)
    return {name: " ".join(text.split()) for name, text in found}


def _operation(name: str, method: Callable[..., Any], path: tuple[str, ...]) -> click.Command:
    texts = argument_texts(_typed(inspect.getdoc(method) or ""))
    parameters = [
        one
        for one in list(inspect.signature(inspect.unwrap(method)).parameters.values())[1:]
        if one.name not in _PER_CALL and one.kind is not inspect.Parameter.VAR_KEYWORD
    ]
    readers = {one.name: _ArgumentReader(one, (path[-1], name)) for one in parameters}

    def run(session: Session, **given: Any) -> None:
        # Before the client is made: a prompt must not hold a connection open.
        for key in _SECRET & given.keys():
            given[key] = secret(key.capitalize(), given[key], new=True)
        values = {key: readers[key].value(text) for key, text in given.items() if text not in (None, ())}
        # What is destroyed is named by the first two arguments at most, such as a dataset and a record.
        named = [text for key, text in list(given.items())[:2] if isinstance(text, str) and key not in _SECRET]
        what = " ".join([*path, name.replace("_", "-"), *named])
        if name.startswith(_DESTROYS):
            session.confirm(what)
        with session.client() as client:
            owner: Any = client
            for part in path:
                owner = getattr(owner, part)
            answer = getattr(owner, name)(**values)
            if answer is False and name.startswith(_DESTROYS):
                session.say(f"{what}: there was nothing to do")
            elif name == "exists":
                session.say(f"{what}: {'yes' if answer else 'no'}")
                # For scripts: `if infino datasets exists NAME`.
                sys.exit(0 if answer else 1)
            else:  # here, for a list asks for its further pages
                show(session, answer, done=f"{what}: done")

    decorated: Any = run
    # Decorators apply from the inside out, so the first parameter has to come last.
    for one in reversed(parameters):
        decorated = readers[one.name].parameter(texts.get(one.name, ""))(decorated)
    positional = [one.name for one in parameters if readers[one.name].is_argument]
    about = [f"{key.upper()}: {readers[key].about(texts.get(key, ''))}" for key in positional]
    return command(name.replace("_", "-"), help="\n\n".join([_first_line(method), *about]))(decorated)


def show(session: Session, answer: Any, *, done: str) -> None:
    """Print what a method gave; one that gives nothing says that it is done.

    Args:
        session: The options of the command.
        answer: What the method gave.
        done: What to say of an answer that is only a yes.
    """
    if answer is None or answer is True:
        session.say(done)
    elif answer is False:
        raise click.ClickException(f"{done.removesuffix(': done')}: no")
    elif isinstance(answer, bytes | str):
        say_text(answer)
    elif isinstance(answer, int | float):
        click.echo(answer)
    elif session.output is None and isinstance(answer, list) and all(isinstance(line, str) for line in answer):
        click.echo("\n".join(map(printable, answer)))
    elif isinstance(answer, IssuedKeys):
        # The keys are shown this one time: hidden here, they would be lost.
        keys = answer.credentials()
        shown = {"username": answer.username, "access_key": keys.access_key, "secret_key": keys.secret_key.reveal()}
        write(shown, session.output, single=True)
    else:
        single = hasattr(answer, "to_dict") or isinstance(answer, Mapping)
        write(answer, session.output, single=single)


def _outer(annotation: str) -> set[str]:
    count = 1
    while count:
        # One level of brackets a round, from the inside, because a pattern cannot match nested ones.
        annotation, count = re.subn(r"\[[^\[\]]*\]", "", annotation)
    return set(re.findall(r"\w+", annotation))


class _ArgumentReader:
    """How one argument of a method stands on a command line, and how its text becomes a value."""

    def __init__(self, one: inspect.Parameter, owner: tuple[str, str]) -> None:
        self.name = one.name
        self.required = one.default is inspect.Parameter.empty
        self.is_argument = self.required and one.kind is not inspect.Parameter.KEYWORD_ONLY
        file, self.read_file = TAKES_FILES.get(owner, ("", Path))
        self.is_file = file == one.name
        words = set(re.findall(r"\w+", str(one.annotation)))
        # Mapping[str, ...] is not text: what stands in brackets says nothing of the value itself.
        self.is_text = bool(_outer(str(one.annotation)) & {"str", "Literal", "FileFormat"})
        self.is_flag = "bool" in words
        self.number = click.INT if "int" in words else click.FLOAT if "float" in words else None
        self.is_object = not self.is_file and (
            bool(words & {"Mapping", "Sequence"}) or not (self.is_text or self.is_flag or self.number)
        )

    def about(self, text: str) -> str:
        """What the help says of it."""
        if self.is_file:
            return "The file, or - for standard input."
        if self.name in _SECRET:
            return f"{text} Left out, it is asked for unseen; - reads it from standard input."
        if not self.is_object:
            return text
        return f"{text} {_STRUCTURED if not self.is_text else _OR_FILE}"

    def parameter(self, text: str) -> Callable[[Any], Any]:
        """The argument or option, with its help."""
        if self.is_argument:
            return click.argument(self.name, required=self.name not in _SECRET)
        option = f"--{self.name.replace('_', '-')}"
        if self.is_flag:
            return click.option(f"{option}/--no-{option[2:]}", self.name, default=None, help=text)
        kind = self.number if self.number and not self.is_text else click.STRING
        metavar = ("TEXT|JSON" if self.is_text else "JSON") if self.is_object else None
        return click.option(
            option, self.name, type=kind, metavar=metavar, required=self.required, help=self.about(text)
        )

    def value(self, text: Any) -> Any:
        """The value of a text from the command line."""
        if not isinstance(text, str):
            return text
        if self.is_file:
            return sys.stdin.buffer.read() if text == "-" else self._file(Path(text))
        if self.is_object and (not self.is_text or text[:1] in "{[@-"):
            found = read_object(text)
            if not self.is_text and not isinstance(found, dict | list):
                raise click.UsageError(
                    f"{self.name} must be an object in JSON or YAML, @FILE, or - for standard input (see --help)."
                )
            return found
        return text

    def _file(self, path: Path) -> Any:
        if not path.is_file():
            raise click.UsageError(f"there is no file {path}")
        return self.read_file(path)


def read_object(text: str) -> Any:
    """Read JSON or YAML: the text itself, `@FILE`, or `-` for standard input.

    Args:
        text: What stands on the command line.

    Returns:
        The value.

    Raises:
        click.UsageError: It can't be read.
    """
    where = "the command line"
    if text == "-":
        text, where = sys.stdin.read(), "standard input"
    elif text.startswith("@"):
        where = text[1:]
        try:
            text = Path(text[1:]).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise click.UsageError(f"{text[1:]} cannot be read: {error}") from None
    try:
        # JSON first: it is the faster of the two, and nearly all JSON is YAML as well.
        return json.loads(text)
    except ValueError:
        from infino.core.documents import parse_yaml
        from infino.core.errors import InfinoError

        try:
            return parse_yaml(text, where)
        except InfinoError as error:
            raise click.UsageError(f"this is neither JSON nor YAML: {error}") from None
