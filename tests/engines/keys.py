"""Keys for tasks in processes of their own; tasks can be told to end their process in the middle of an upload."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

from infino import Infino


def provider() -> tuple[str, str]:
    """Give the keys of the environment."""
    return os.environ["INFINO_ACCESS_KEY"], os.environ["INFINO_SECRET_KEY"]


def deadly() -> tuple[str, str]:
    """Give the keys, and kill this process once so many records are stored, unless enough were killed before."""
    # The driver makes clients too, and so do processes of Spark that plan: these are not to die.
    if {"pyspark.worker", "default_worker.py"} & {Path(word).name for word in (*sys.argv, *sys.orig_argv)}:
        threading.Thread(target=_kill, daemon=True).start()
    return provider()


def _kill() -> None:
    enough = int(os.environ["TEST_STORED"])
    with Infino() as client:
        for _ in range(3000):
            if client.query.sql(f'SELECT count(*) FROM "{os.environ["TEST_DATASET"]}"').scalar() >= enough:
                break
            time.sleep(0.05)
    for number in range(int(os.environ["TEST_KILLED"])):
        with suppress(FileExistsError):
            Path(os.environ["TEST_MARKS"], f"killed-{number}").touch(exist_ok=False)
            os.kill(os.getpid(), signal.SIGKILL)
