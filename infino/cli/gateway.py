"""`infino local`: a gateway on this machine."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=9201,
    show_default=True,
    help="TCP port on loopback; 0 takes a free one.",
)
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), help="Folder that keeps everything.")
@click.option("--ephemeral", is_flag=True, help="Keep nothing after it stops.")
@click.option("--compat", is_flag=True, help="Tolerate what the old SDK 0.7.0 signs differently.")
@click.option(
    "--files",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder whose file databases connections may open; without it the admin may name any.",
)
@click.option("--seed", type=click.Choice(["flights"]), help="Load demonstration data first.")
@click.option("--ui", is_flag=True, help="Serve pages over it too: dashboards, records, questions to Fino.")
def local(
    port: int, data: Path | None, ephemeral: bool, compat: bool, files: Path | None, seed: str | None, ui: bool
) -> None:
    """Run a gateway on this machine and print how to reach it."""
    try:
        from infino.local.serve import serve
    except ModuleNotFoundError as error:
        raise click.ClickException(f"The local gateway needs an extra: pip install 'infino-sdk[local]' ({error.name})")
    if data and ephemeral:
        raise click.UsageError("--data keeps everything and --ephemeral keeps nothing: choose one.")
    if data is None and not ephemeral:
        data = Path.home() / ".local" / "share" / "infino"
    from infino.cli.dashboards import pages

    serve(port=port, data=data, compat=compat, files=files, seed=seed, beside=pages if ui else None)
