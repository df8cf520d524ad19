"""An upload in a process of its own, so that it can be killed."""

from __future__ import annotations

import sys

from infino import Infino
from infino.core.retry import RetryPolicy


def main() -> None:
    endpoint, access_key, secret_key, dataset, source, checkpoint, identity = sys.argv[1:]
    with Infino(access_key=access_key, secret_key=secret_key, endpoint=endpoint) as client:
        sys.stdout.write("started\n")
        sys.stdout.flush()
        report = client.records.bulk(
            dataset,
            source,
            id=identity or None,
            checkpoint=checkpoint,
            chunk_records=20,
            concurrency=3,
            retry=RetryPolicy(attempts=8, deadline=None, base=0.01, cap=0.05),
        )
        sys.stdout.write(f"{report.read} {report.accepted} {report.resumed} {report.possibly_doubled}\n")


if __name__ == "__main__":
    main()
