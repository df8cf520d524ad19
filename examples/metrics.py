"""Prometheus metrics in, PromQL out, as a table of one column for each series."""

import time

from infino import Infino

now = int(time.time())
SAMPLES = "\n".join(
    f'http_requests_total{{path="{path}"}} {(minute + 1) * step} {(now - 600 + minute * 60) * 1000}'
    for path, step in (("/a", 60), ("/b", 120))
    for minute in range(11)
)

with Infino.local() as client:
    client.datasets.create("web.aly")
    client.metrics.upload("web.aly", SAMPLES + "\n")
    result = client.query.promql("rate(http_requests_total[5m])", at=now)
    for row in result:
        print(row["path"], round(row["value"], 2))
    ranged = client.query.promql_range("rate(http_requests_total[5m])", start=now - 300, end=now, step=60)
    print(ranged.to_pandas(shape="wide"))
