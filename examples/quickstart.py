"""The whole path in one file: a dataset, a bulk upload, SQL, a record, a question in English."""

from infino import Infino

ROWS = [
    {"flight_id": "1", "carrier": "UA", "origin": "JFK", "dep_delay": 42},
    {"flight_id": "2", "carrier": "AA", "origin": "EWR", "dep_delay": -3},
    {"flight_id": "3", "carrier": "UA", "origin": "EWR", "dep_delay": 7},
]

with Infino.local() as client:
    client.datasets.create("flights")
    report = client.records.bulk("flights", ROWS, id="flight_id")
    print(f"{report.accepted} of {report.read} records accepted")

    result = client.query.sql("SELECT carrier, avg(dep_delay) AS delay FROM flights GROUP BY 1 ORDER BY 2 DESC")
    for row in result:
        print(row["carrier"], row["delay"])

    print(client.records.get("flights", "2").source)
    print(client.fino.ask("Which carrier in flights is late most often?").text)
