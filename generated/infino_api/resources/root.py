"""The resource `client`, sync and async."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Unpack

if TYPE_CHECKING:
    from infino.runtime.call import AsyncCaller, Caller
    from infino.runtime.options import CallOptions

    from ..models.service_info import ServiceInfo
    from .account import AccountResource, AsyncAccountResource
    from .alerts import AlertsResource, AsyncAlertsResource
    from .connections import AsyncConnectionsResource, ConnectionsResource
    from .dashboards import AsyncDashboardsResource, DashboardsResource
    from .datasets import AsyncDatasetsResource, DatasetsResource
    from .files import AsyncFilesResource, FilesResource
    from .fino import AsyncFinoResource, FinoResource
    from .imports import AsyncImportsResource, ImportsResource
    from .jobs import AsyncJobsResource, JobsResource
    from .metrics import AsyncMetricsResource, MetricsResource
    from .monitors import AsyncMonitorsResource, MonitorsResource
    from .query import AsyncQueryResource, QueryResource
    from .records import AsyncRecordsResource, RecordsResource
    from .roles import AsyncRolesResource, RolesResource
    from .root_raw import AsyncRootRawResponse, RootRawResponse
    from .sources import AsyncSourcesResource, SourcesResource
    from .users import AsyncUsersResource, UsersResource
    from .visualizations import AsyncVisualizationsResource, VisualizationsResource


class RootResources:
    """Calls on the service as a whole.

    Args:
        caller: Makes the calls.
    """

    def __init__(self, caller: Caller) -> None:
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
    def dashboards(self) -> DashboardsResource:
        """Dashboards and their panels."""
        from .dashboards import DashboardsResource

        return DashboardsResource(self._caller)

    @cached_property
    def datasets(self) -> DatasetsResource:
        """Datasets and what describes them."""
        from .datasets import DatasetsResource

        return DatasetsResource(self._caller)

    @cached_property
    def files(self) -> FilesResource:
        """Files that become datasets."""
        from .files import FilesResource

        return FilesResource(self._caller)

    @cached_property
    def fino(self) -> FinoResource:
        """Questions in plain language."""
        from .fino import FinoResource

        return FinoResource(self._caller)

    @cached_property
    def imports(self) -> ImportsResource:
        """Scheduled copies from a connection into a dataset."""
        from .imports import ImportsResource

        return ImportsResource(self._caller)

    @cached_property
    def jobs(self) -> JobsResource:
        """Work that goes on in the background."""
        from .jobs import JobsResource

        return JobsResource(self._caller)

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
    def query(self) -> QueryResource:
        """Queries over datasets."""
        from .query import QueryResource

        return QueryResource(self._caller)

    @cached_property
    def records(self) -> RecordsResource:
        """The records of a dataset."""
        from .records import RecordsResource

        return RecordsResource(self._caller)

    @cached_property
    def roles(self) -> RolesResource:
        """Roles and what they permit."""
        from .roles import RolesResource

        return RolesResource(self._caller)

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
            **options: `timeout`, `headers` and `retry` of this call; see `CallOptions`.

        Returns:
            What the gateway says of itself.

        Raises:
            InfinoError: The call failed; the subclass tells how.

        Example:
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
    def dashboards(self) -> AsyncDashboardsResource:
        """Dashboards and their panels."""
        from .dashboards import AsyncDashboardsResource

        return AsyncDashboardsResource(self._caller)

    @cached_property
    def datasets(self) -> AsyncDatasetsResource:
        """Datasets and what describes them."""
        from .datasets import AsyncDatasetsResource

        return AsyncDatasetsResource(self._caller)

    @cached_property
    def files(self) -> AsyncFilesResource:
        """Files that become datasets."""
        from .files import AsyncFilesResource

        return AsyncFilesResource(self._caller)

    @cached_property
    def fino(self) -> AsyncFinoResource:
        """Questions in plain language."""
        from .fino import AsyncFinoResource

        return AsyncFinoResource(self._caller)

    @cached_property
    def imports(self) -> AsyncImportsResource:
        """Scheduled copies from a connection into a dataset."""
        from .imports import AsyncImportsResource

        return AsyncImportsResource(self._caller)

    @cached_property
    def jobs(self) -> AsyncJobsResource:
        """Work that goes on in the background."""
        from .jobs import AsyncJobsResource

        return AsyncJobsResource(self._caller)

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
    def query(self) -> AsyncQueryResource:
        """Queries over datasets."""
        from .query import AsyncQueryResource

        return AsyncQueryResource(self._caller)

    @cached_property
    def records(self) -> AsyncRecordsResource:
        """The records of a dataset."""
        from .records import AsyncRecordsResource

        return AsyncRecordsResource(self._caller)

    @cached_property
    def roles(self) -> AsyncRolesResource:
        """Roles and what they permit."""
        from .roles import AsyncRolesResource

        return AsyncRolesResource(self._caller)

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
            **options: `timeout`, `headers` and `retry` of this call; see `CallOptions`.

        Returns:
            What the gateway says of itself.

        Raises:
            InfinoError: The call failed; the subclass tells how.

        Example:
            >>> (await client.ping()).version
        """
        from ..api.client.ping import request

        return await self._caller.call(request(), **options)
