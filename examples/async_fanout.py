"""Many questions at once with the async client: one connection pool, one await each."""

import asyncio

from infino.local import LocalGateway

CARRIERS = ["UA", "AA", "B6", "DL"]


async def main() -> None:
    """Upload a few hundred rows and ask about each carrier at the same time."""
    with LocalGateway() as gateway:
        async with gateway.async_client() as client:
            await client.datasets.create("flights")
            rows = ({"n": str(n), "carrier": CARRIERS[n % 4], "dep_delay": n % 50} for n in range(400))
            await client.records.bulk("flights", rows, id="n")
            asked = [
                client.query.sql("SELECT avg(dep_delay) FROM flights WHERE carrier = ?", [name]) for name in CARRIERS
            ]
            for name, result in zip(CARRIERS, await asyncio.gather(*asked), strict=True):
                print(name, result.scalar())


asyncio.run(main())
