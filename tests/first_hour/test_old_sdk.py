"""The tests of infino-sdk 0.7.0, as its source archive brings them, on the module of that name in our wheel."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from infino.migration.table import NEW_CALLS

ROOT = Path(__file__).parents[2]
OLD = "infino_sdk-0.7.0"
pytestmark = pytest.mark.slow


def run(*command: str | Path) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *map(str, command)], cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    return done.stdout + done.stderr


def test_its_own_tests_hold_where_they_call_what_it_had(tmp_path: Path) -> None:
    fetched = run("pip", "download", "--no-deps", "--no-binary", ":all:", "--dest", tmp_path, "infino-sdk==0.7.0")
    assert (tmp_path / f"{OLD}.tar.gz").exists(), fetched
    with tarfile.open(tmp_path / f"{OLD}.tar.gz") as archive:
        archive.extractall(tmp_path, filter="data")
    tests = (tmp_path / OLD / "tests").rename(tmp_path / "tests_of_old")  # beside its module, which must not be found
    options = ("-p", "no:xdist", "-p", "no:cov", "-p", "no:cacheprovider", "-c", "/dev/null", "--tb=line", "-q", "-rN")
    told = run("pytest", *options, "-p", "tests.support.old_sdk", "--rootdir", tests, tests)
    # Some call what 0.7.0 did not have any more, or replace its inner parts.
    lacking = re.findall(r"^E .* attribute '(\w+)'$", told, re.MULTILINE)
    assert not set(lacking) & NEW_CALLS.keys(), told
    assert re.findall(r"(\d+) (failed|passed|error)", told) == [(str(len(lacking)), "failed"), ("71", "passed")], told
