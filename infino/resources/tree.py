"""The tree of resources: the generated one, with the handwritten resources in their places.

Every resource is imported when it is first used. A resource that only the document knows needs no line here.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from infino_api.resources.root import AsyncRootResources, RootResources

if TYPE_CHECKING:
    from infino.resources.dashboards import AsyncDashboards, Dashboards
    from infino.resources.datasets import AsyncDatasets, Datasets
    from infino.resources.files import AsyncFiles, Files
    from infino.resources.fino import AsyncFino, Fino
    from infino.resources.jobs import AsyncJobs, Jobs
    from infino.resources.query import AsyncQuery, Query
    from infino.resources.records import AsyncRecords, Records
    from infino.resources.roles import AsyncRoles, Roles


class Resources(RootResources):
    """Everything the service offers, by resource."""

    @cached_property
    def datasets(self) -> Datasets:
        """Datasets and what describes them."""
        from infino.resources.datasets import Datasets

        return Datasets(self._caller)

    @cached_property
    def records(self) -> Records:
        """The records of a dataset."""
        from infino.resources.records import Records

        return Records(self._caller)

    @cached_property
    def files(self) -> Files:
        """Files to load into a dataset."""
        from infino.resources.files import Files

        return Files(self._caller)

    @cached_property
    def query(self) -> Query:
        """Queries in SQL, QueryDSL and PromQL."""
        from infino.resources.query import Query

        return Query(self._caller)

    @cached_property
    def fino(self) -> Fino:
        """Questions in plain language."""
        from infino.resources.fino import Fino

        return Fino(self._caller)

    @cached_property
    def jobs(self) -> Jobs:
        """Background jobs, such as file uploads."""
        from infino.resources.jobs import Jobs

        return Jobs(self._caller)

    @cached_property
    def roles(self) -> Roles:
        """Roles and what they permit."""
        from infino.resources.roles import Roles

        return Roles(self._caller)

    @cached_property
    def dashboards(self) -> Dashboards:
        """Dashboards and their panels."""
        from infino.resources.dashboards import Dashboards

        return Dashboards(self._caller)


class AsyncResources(AsyncRootResources):
    """Everything the service offers, by resource."""

    @cached_property
    def datasets(self) -> AsyncDatasets:
        """Datasets and what describes them."""
        from infino.resources.datasets import AsyncDatasets

        return AsyncDatasets(self._caller)

    @cached_property
    def records(self) -> AsyncRecords:
        """The records of a dataset."""
        from infino.resources.records import AsyncRecords

        return AsyncRecords(self._caller)

    @cached_property
    def files(self) -> AsyncFiles:
        """Files to load into a dataset."""
        from infino.resources.files import AsyncFiles

        return AsyncFiles(self._caller)

    @cached_property
    def query(self) -> AsyncQuery:
        """Queries in SQL, QueryDSL and PromQL."""
        from infino.resources.query import AsyncQuery

        return AsyncQuery(self._caller)

    @cached_property
    def fino(self) -> AsyncFino:
        """Questions in plain language."""
        from infino.resources.fino import AsyncFino

        return AsyncFino(self._caller)

    @cached_property
    def jobs(self) -> AsyncJobs:
        """Background jobs, such as file uploads."""
        from infino.resources.jobs import AsyncJobs

        return AsyncJobs(self._caller)

    @cached_property
    def roles(self) -> AsyncRoles:
        """Roles and what they permit."""
        from infino.resources.roles import AsyncRoles

        return AsyncRoles(self._caller)

    @cached_property
    def dashboards(self) -> AsyncDashboards:
        """Dashboards and their panels."""
        from infino.resources.dashboards import AsyncDashboards

        return AsyncDashboards(self._caller)
