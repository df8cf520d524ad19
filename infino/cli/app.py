"""The command itself and its groups; each is loaded when it is called, so that `--help` is there at once."""

from __future__ import annotations

from importlib import import_module

import click

from infino.cli.session import CommandGroup, Session, shared_options

# Command: (module below infino.cli, function, what the list of commands says).
COMMANDS: dict[str, tuple[str, str, str]] = {
    "sql": ("queries", "sql", "Ask in SQL; without a statement, an interactive shell."),
    "dsl": ("queries", "dsl", "Search a dataset with QueryDSL."),
    "promql": ("queries", "promql", "Ask in PromQL, for one moment or a range."),
    "ask": ("queries", "ask", "Ask Fino one question in plain words."),
    "chat": ("queries", "chat", "Talk with Fino."),
    "tail": ("tail", "tail", "Follow new records of a dataset, or a PromQL expression."),
    "load": ("data", "load", "Upload files or standard input into a dataset."),
    "whoami": ("setup", "whoami", "Show whose keys these are."),
    "ping": ("setup", "ping", "Ask the service for its version."),
    "doctor": ("setup", "doctor", "Check endpoint, clock, keys, proxy and versions, and say what to do."),
    "request": ("setup", "request", "Send a signed request to any path."),
    "config": ("setup", "config", "Settings and profiles."),
    "completion": ("setup", "completion", "Completion for the shell."),
    "keys": ("access", "keys", "Rotate access keys."),
    "migrate": ("migrate", "migrate", "Find calls of infino-sdk 0.7 and say the new ones."),
    "mcp": ("agents", "mcp", "Serve tools for agents over the Model Context Protocol."),
    "dashboard": ("dashboards", "dashboard", "Open dashboards in the browser, with filters and the records behind."),
    "local": ("gateway", "local", "Run a gateway on this machine."),
}
# Groups that hold the operations of a resource, written by its methods, and what people need beside them.
RESOURCES = (
    # By name and not looked up on the client, whose import would take longer than all the rest of `--help`.
    "account", "alerts", "connections", "dashboards", "datasets", "files", "fino", "imports", "jobs", "metrics",
    "monitors", "records", "roles", "sources", "users", "visualizations",
)  # fmt: skip
BESIDE = {"datasets": "data", "roles": "access"}


class Commands(CommandGroup):
    """Commands by name, imported one at a time."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every name, in the order of the alphabet."""
        return sorted({*COMMANDS, *RESOURCES})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of one command."""
        if cmd_name in COMMANDS:
            module, function, _ = COMMANDS[cmd_name]
            command: click.Command = getattr(import_module(f"infino.cli.{module}"), function)
            return command
        if cmd_name not in RESOURCES:
            return None
        from infino.cli.operations import resource_group

        group = resource_group(cmd_name)
        if cmd_name in BESIDE:
            for extra in import_module(f"infino.cli.{BESIDE[cmd_name]}").BESIDE:
                group.add_command(extra)
        return group

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, _, text) in sorted(COMMANDS.items())])
        with formatter.section("Resources (infino RESOURCE --help lists what each can do)"):
            formatter.write_text(" ".join(RESOURCES))


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="infino-sdk", prog_name="infino")
@shared_options
@click.pass_context
def infino(ctx: click.Context) -> None:
    """Infino on the command line.

    Credentials come from INFINO_ACCESS_KEY, INFINO_SECRET_KEY and INFINO_ENDPOINT, or from a profile (`infino config
    login`). `infino local` runs a gateway on this machine.

    Exit status: 0 done; 1 the service or a record refused; 2 wrong usage, or `roles plan` found a difference; 130
    stopped by Ctrl-C.
    """
    ctx.ensure_object(Session)
