"""What every command shares: its options, the client, and how errors and questions look."""

from __future__ import annotations

import contextlib
import functools
import os
import re
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import attrs
import click

from infino.core.redaction import printable, printable_lines

if TYPE_CHECKING:
    from infino import Infino

FORMS = ("table", "vertical", "csv", "json", "ndjson", "parquet")


@attrs.define
class Session:
    """The options that every command takes, before or after its name."""

    profile: str | None = None
    endpoint: str | None = None
    output: str | None = None
    quiet: bool = False
    yes: bool = False
    verbose: bool = False

    def open(self) -> Infino:
        """A client of what the options, the environment or the profile name."""
        from infino import Infino

        if self.verbose:
            from infino.core.redaction import follow_environment

            follow_environment({"INFINO_LOG": "debug"})
        return Infino(profile=self.profile, endpoint=self.endpoint)

    @contextlib.contextmanager
    def client(self) -> Iterator[Infino]:
        """The client of a command; errors end as one line."""
        from infino import InfinoError

        try:
            with self.open() as client:
                yield client
        except InfinoError as error:
            raise failure(error) from error

    def say(self, text: str) -> None:
        """Tell what was done, on standard error, so that it never mixes with data."""
        if not self.quiet:
            click.echo(printable_lines(text), err=True)

    def no_form(self, what: str) -> None:
        """Refuse `--output` where there are no rows to print."""
        if self.output is not None:
            raise click.UsageError(f"{what} has no {self.output} form: leave --output out.")

    def confirm(self, what: str) -> None:
        """Ask before something is destroyed; without a terminal to ask at, refuse."""
        if self.yes:
            return
        if not sys.stdin.isatty():
            raise click.UsageError(f"{what} needs --yes, because there is no terminal to ask on.")
        click.confirm(printable(f"{what}?"), abort=True, err=True)


def secret(what: str, given: str | None, *, new: bool = False) -> str:
    """What may not stand on a command line: asked for without an echo, or the first line of what is piped in.

    Args:
        what: What is asked for.
        given: What was typed all the same; `-` for standard input.
        new: Whether nothing else knows it yet, so that a slip of the finger is found by asking twice.

    Returns:
        The text.

    Raises:
        click.UsageError: Nothing was piped in.
    """
    if given not in (None, "-"):
        return given
    if sys.stdin.isatty():
        return str(click.prompt(what, hide_input=True, confirmation_prompt=new))
    found = sys.stdin.readline().rstrip("\r\n")
    if not found:
        raise click.UsageError(f"{what} is missing: pipe it in, or type it where it can be asked for.")
    return found


def failure(error: Exception) -> click.ClickException:
    """The reason, and what to do where the error knows that."""
    return click.ClickException("\n".join(printable(line) for line in str(error).splitlines()))


def shared_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that all have, kept in the session and not in its own arguments."""

    def keep(ctx: click.Context, parameter: click.Parameter, value: Any) -> Any:
        session = ctx.ensure_object(Session)
        # An option may stand before or after the command's name: where it is left out must not undo where it was given.
        if value not in (None, False):
            setattr(session, parameter.name or "", value)
        return value

    # Decorators apply from the inside out, so these come in the reverse of the order in which help lists them.
    options: tuple[tuple[tuple[str, ...], dict[str, Any]], ...] = (
        (("-v", "--verbose"), {"is_flag": True, "help": "Log each request on standard error."}),
        (("-y", "--yes"), {"is_flag": True, "help": "Don't ask before something is destroyed."}),
        (("-q", "--quiet"), {"is_flag": True, "help": "Print data and errors only."}),
        (("-o", "--output"), {"type": click.Choice(FORMS), "help": "How data is printed."}),
        (("--endpoint",), {"metavar": "URL", "help": "Address of the service."}),
        (("--profile",), {"metavar": "NAME", "help": "Profile of the configuration file."}),
    )
    for names, settings in options:
        function = click.option(*names, expose_value=False, callback=keep, **settings)(function)
    return function


@contextlib.contextmanager
def printable_errors() -> Iterator[None]:
    """Show errors without what would steer the terminal; one of ours, met while an answer is read, has no traceback."""
    try:
        yield
    except click.ClickException as error:
        vars(error)["message"] = printable_lines(error.message)
        raise
    except Exception as error:
        from infino import InfinoError

        if isinstance(error, InfinoError):
            raise failure(error) from error
        raise


# Methods of the client whose command has another name, or a place of its own.
ELSEWHERE = {
    **dict.fromkeys(("bulk", "bulk-iter", "bulk-chunk", "upload", "ingest"), "infino load"),
    **dict.fromkeys(("query", "execute"), "infino sql`, `infino dsl` or `infino promql"),
    **dict.fromkeys(("stream", "send"), "infino chat"),
    "ask": "infino ask",
    "chat": "infino chat",
    "rotate-keys": "infino keys rotate",
    "login": "infino config login",
}


class CommandGroup(click.Group):
    """Commands below a name; a mistyped one is answered with the one that was probably meant."""

    def make_context(self, *args: Any, **settings: Any) -> click.Context:
        """Read the options; what was typed is shown without what steers a terminal."""
        with printable_errors():
            return super().make_context(*args, **settings)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command below; what was typed is shown without what steers a terminal."""
        with printable_errors():
            return super().invoke(ctx)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """Name the command that was probably meant."""
        # Imported here, because only a mistyped name has a use for it.
        from difflib import get_close_matches

        known = self.list_commands(ctx)
        if args and not args[0].startswith("-") and args[0] not in known:
            near = get_close_matches(args[0], known, n=1)
            also = f" Did you mean {near[0]!r}?" if near else f" `{ctx.command_path} --help` lists the commands."
            if elsewhere := ELSEWHERE.get(args[0].replace("_", "-")):
                also = f" It is `{elsewhere}`."
            raise click.UsageError(f"There is no command {args[0]!r}.{also}", ctx)
        return super().resolve_command(ctx, args)


def first_sentence(text: str) -> str:
    """What a list of commands says of one.

    Args:
        text: A docstring or a help text.

    Returns:
        Its first sentence, without an example of use.
    """
    paragraph = " ".join(text.strip().partition("\n\n")[0].split())
    return re.split(r"(?<=\.) |: (?=infino )", paragraph, maxsplit=1)[0].rstrip(".") + "."


def command(name: str | None = None, **settings: Any) -> Callable[[Callable[..., Any]], click.Command]:
    """Make a command that gets the session as its first argument.

    Args:
        name: Name on the command line; the function's own when None.
        settings: Further settings of the command.

    Returns:
        The decorator.
    """

    def decorate(function: Callable[..., Any]) -> click.Command:
        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            ctx = click.get_current_context()
            try:
                return function(ctx.ensure_object(Session), *args, **kwargs)
            except BrokenPipeError:
                # The reader has seen enough (`| head`): no error, and nothing more may be written at exit.
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
                ctx.exit(0)
            except KeyboardInterrupt:
                # 128 + SIGINT, as shells report it.
                ctx.exit(130)

        about = settings.get("help") or function.__doc__ or ""
        made: click.Command = click.command(
            name, cls=click.Command, **{"short_help": first_sentence(about), **settings}
        )(shared_options(call))
        return made

    return decorate
