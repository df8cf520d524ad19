"""An upload that survives: bad records go to a file with the reason, and a checkpoint lets a killed run go on."""

import json
import tempfile
from pathlib import Path

from infino import Infino

with tempfile.TemporaryDirectory() as folder, Infino.local() as client:
    source, rejects = Path(folder, "events.ndjson"), Path(folder, "rejects.ndjson")
    lines = [json.dumps({"event_id": f"e{n}", "value": n}) for n in range(10_000)]
    source.write_text("\n".join(lines) + "\n")

    client.datasets.create("events")
    report = client.records.bulk(
        "events",
        source,
        id="event_id",
        on_error="collect",
        dead_letter=rejects,
        checkpoint=Path(folder, "events.checkpoint"),
    )
    print(f"{report.accepted:,} accepted, {report.rejected} rejected, {report.unknown} unknown")
    print(client.datasets.count("events"))
