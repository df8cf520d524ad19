# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""The resource `client`, sync and async."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Unpack

if TYPE_CHECKING:
    from infino.resources.dashboards import AsyncDashboards
    from infino.resources.datasets import AsyncDatasets
    from infino.resources.files import AsyncFiles
    from infino.resources.fino import AsyncFino
    from infino.resources.imports import AsyncImports
    from infino.resources.jobs import AsyncJobs
    from infino.resources.query import AsyncQuery
    from infino.resources.records import AsyncRecords
    from infino.resources.roles import AsyncRoles
    from infino.runtime.call import AsyncCaller, SyncCaller
    from infino.runtime.options import CallOptions
    from infino_api.blocking.dashboards import Dashboards
    from infino_api.blocking.datasets import Datasets
    from infino_api.blocking.files import Files
    from infino_api.blocking.fino import Fino
    from infino_api.blocking.imports import Imports
    from infino_api.blocking.jobs import Jobs
    from infino_api.blocking.query import Query
    from infino_api.blocking.records import Records
    from infino_api.blocking.roles import Roles

    from ..models.service_info import ServiceInfo
    from .account import AccountResource, AsyncAccountResource
    from .alerts import AlertsResource, AsyncAlertsResource
    from .connections import AsyncConnectionsResource, ConnectionsResource
    from .metrics import AsyncMetricsResource, MetricsResource
    from .monitors import AsyncMonitorsResource, MonitorsResource
    from .root_raw import AsyncRootRawResponse, RootRawResponse
    from .sources import AsyncSourcesResource, SourcesResource
    from .users import AsyncUsersResource, UsersResource
    from .visualizations import AsyncVisualizationsResource, VisualizationsResource


class RootResources:
    """Calls on the service as a whole.

    Args:
        caller: Makes the calls.
    """

    def __init__(self, caller: SyncCaller) -> None:
        self._caller = caller

    @cached_property
    def with_raw_response(self) -> RootRawResponse:
        """The same methods, answering with status, headers and the typed value."""
        from .root_raw import RootRawResponse

        return RootRawResponse(self._caller)

    @cached_property
    def account(self) -> AccountResource:
        """The account behind the credentials."""
        from .account import AccountResource

        return AccountResource(self._caller)

    @cached_property
    def alerts(self) -> AlertsResource:
        """Notification channels, and the alerts sent to them."""
        from .alerts import AlertsResource

        return AlertsResource(self._caller)

    @cached_property
    def connections(self) -> ConnectionsResource:
        """Connections to other stores, and queries on them."""
        from .connections import ConnectionsResource

        return ConnectionsResource(self._caller)

    @cached_property
    def dashboards(self) -> Dashboards:
        """Dashboards and their panels."""
        from infino_api.blocking.dashboards import Dashboards

        return Dashboards(self._caller)

    @cached_property
    def datasets(self) -> Datasets:
        """Datasets and what describes them."""
        from infino_api.blocking.datasets import Datasets

        return Datasets(self._caller)

    @cached_property
    def files(self) -> Files:
        """Files that become datasets."""
        from infino_api.blocking.files import Files

        return Files(self._caller)

    @cached_property
    def fino(self) -> Fino:
        """Questions in plain language."""
        from infino_api.blocking.fino import Fino

        return Fino(self._caller)

    @cached_property
    def imports(self) -> Imports:
        """Scheduled copies from a connection into a dataset."""
        from infino_api.blocking.imports import Imports

        return Imports(self._caller)

    @cached_property
    def jobs(self) -> Jobs:
        """Work that goes on in the background."""
        from infino_api.blocking.jobs import Jobs

        return Jobs(self._caller)

    @cached_property
    def metrics(self) -> MetricsResource:
        """Samples in Prometheus form."""
        from .metrics import MetricsResource

        return MetricsResource(self._caller)

    @cached_property
    def monitors(self) -> MonitorsResource:
        """Watches that raise alerts."""
        from .monitors import MonitorsResource

        return MonitorsResource(self._caller)

    @cached_property
    def query(self) -> Query:
        """Queries over datasets."""
        from infino_api.blocking.query import Query

        return Query(self._caller)

    @cached_property
    def records(self) -> Records:
        """The records of a dataset."""
        from infino_api.blocking.records import Records

        return Records(self._caller)

    @cached_property
    def roles(self) -> Roles:
        """Roles and what they permit."""
        from infino_api.blocking.roles import Roles

        return Roles(self._caller)

    @cached_property
    def sources(self) -> SourcesResource:
        """The kinds of stores that can be connected."""
        from .sources import SourcesResource

        return SourcesResource(self._caller)

    @cached_property
    def users(self) -> UsersResource:
        """Users and their keys."""
        from .users import UsersResource

        return UsersResource(self._caller)

    @cached_property
    def visualizations(self) -> VisualizationsResource:
        """Saved charts."""
        from .visualizations import VisualizationsResource

        return VisualizationsResource(self._caller)

    def ping(self, **options: Unpack[CallOptions]) -> ServiceInfo:
        """Ask the service for its version.

        The cheapest signed call, good for checking the endpoint and the keys.

        Args:
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            What the gateway says of itself.

        Raises:
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> client.ping().version
        """
        from ..api.client.ping import request

        return self._caller.call(request(), **options)


class AsyncRootResources:
    """Calls on the service as a whole.

    Args:
        caller: Makes the calls.
    """

    def __init__(self, caller: AsyncCaller) -> None:
        self._caller = caller

    @cached_property
    def with_raw_response(self) -> AsyncRootRawResponse:
        """The same methods, answering with status, headers and the typed value."""
        from .root_raw import AsyncRootRawResponse

        return AsyncRootRawResponse(self._caller)

    @cached_property
    def account(self) -> AsyncAccountResource:
        """The account behind the credentials."""
        from .account import AsyncAccountResource

        return AsyncAccountResource(self._caller)

    @cached_property
    def alerts(self) -> AsyncAlertsResource:
        """Notification channels, and the alerts sent to them."""
        from .alerts import AsyncAlertsResource

        return AsyncAlertsResource(self._caller)

    @cached_property
    def connections(self) -> AsyncConnectionsResource:
        """Connections to other stores, and queries on them."""
        from .connections import AsyncConnectionsResource

        return AsyncConnectionsResource(self._caller)

    @cached_property
    def dashboards(self) -> AsyncDashboards:
        """Dashboards and their panels."""
        from infino.resources.dashboards import AsyncDashboards

        return AsyncDashboards(self._caller)

    @cached_property
    def datasets(self) -> AsyncDatasets:
        """Datasets and what describes them."""
        from infino.resources.datasets import AsyncDatasets

        return AsyncDatasets(self._caller)

    @cached_property
    def files(self) -> AsyncFiles:
        """Files that become datasets."""
        from infino.resources.files import AsyncFiles

        return AsyncFiles(self._caller)

    @cached_property
    def fino(self) -> AsyncFino:
        """Questions in plain language."""
        from infino.resources.fino import AsyncFino

        return AsyncFino(self._caller)

    @cached_property
    def imports(self) -> AsyncImports:
        """Scheduled copies from a connection into a dataset."""
        from infino.resources.imports import AsyncImports

        return AsyncImports(self._caller)

    @cached_property
    def jobs(self) -> AsyncJobs:
        """Work that goes on in the background."""
        from infino.resources.jobs import AsyncJobs

        return AsyncJobs(self._caller)

    @cached_property
    def metrics(self) -> AsyncMetricsResource:
        """Samples in Prometheus form."""
        from .metrics import AsyncMetricsResource

        return AsyncMetricsResource(self._caller)

    @cached_property
    def monitors(self) -> AsyncMonitorsResource:
        """Watches that raise alerts."""
        from .monitors import AsyncMonitorsResource

        return AsyncMonitorsResource(self._caller)

    @cached_property
    def query(self) -> AsyncQuery:
        """Queries over datasets."""
        from infino.resources.query import AsyncQuery

        return AsyncQuery(self._caller)

    @cached_property
    def records(self) -> AsyncRecords:
        """The records of a dataset."""
        from infino.resources.records import AsyncRecords

        return AsyncRecords(self._caller)

    @cached_property
    def roles(self) -> AsyncRoles:
        """Roles and what they permit."""
        from infino.resources.roles import AsyncRoles

        return AsyncRoles(self._caller)

    @cached_property
    def sources(self) -> AsyncSourcesResource:
        """The kinds of stores that can be connected."""
        from .sources import AsyncSourcesResource

        return AsyncSourcesResource(self._caller)

    @cached_property
    def users(self) -> AsyncUsersResource:
        """Users and their keys."""
        from .users import AsyncUsersResource

        return AsyncUsersResource(self._caller)

    @cached_property
    def visualizations(self) -> AsyncVisualizationsResource:
        """Saved charts."""
        from .visualizations import AsyncVisualizationsResource

        return AsyncVisualizationsResource(self._caller)

    async def ping(self, **options: Unpack[CallOptions]) -> ServiceInfo:
        """Ask the service for its version.

        The cheapest signed call, good for checking the endpoint and the keys.

        Args:
            **options: `timeout`, `headers` and `retry` of this call, what is sent beside the document;
                see `CallOptions`.

        Returns:
            What the gateway says of itself.

        Raises:
            InfinoError: The call failed; the subclass tells how.

        Examples:
            >>> (await client.ping()).version
        """
        from ..api.client.ping import request

        return await self._caller.call(request(), **options)
