"""Test doubles for programs that use Infino: a real gateway in your test process, and faults on request.

Installing `infino-sdk[local]` makes pytest find these fixtures by itself:

- `infino_gateway`: one embedded gateway for the session, on a free port, keeping nothing.
- `infino`: an `Infino` of that gateway, which is emptied before each test.
- `async_infino`: the same as an `AsyncInfino`; needs pytest-asyncio.
- `infino_user`: makes a user with the permissions you list and gives a client with that user's keys.
- `infino_faults`: arms a fault for the length of a `with` block.

Examples:
    >>> def test_report(infino, infino_faults):
    ...     infino.datasets.create("orders")
    ...     with infino_faults(status=503, times=2, path="/sql"):
    ...         assert infino.query.sql("SELECT count(*) FROM orders").scalar() == 0
"""
