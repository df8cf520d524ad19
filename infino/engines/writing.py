"""Writing for engines: each task one upload with its own books, and one end that adds them up."""

from __future__ import annotations

import json
import logging
import os
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import attrs

from infino.core.errors import APIError, BulkError, InfinoError, QueryError, ValidationError
from infino.core.reference import ClientReference
from infino.engines.exact import check_sendable, refuse_not_a_number
from infino.engines.options import WriteOptions
from infino.plans.statement import identifier

if TYPE_CHECKING:
    from infino import Infino
    from infino.bulk.report import BulkReport

log: Final = logging.getLogger("infino.engines")
COMMITTED: Final = "committed.json"
STAGING: Final = "staging.json"
COUNTS: Final = ("read", "created", "updated", "noop", "rejected", "unknown", "retried", "resumed", "possibly_doubled")


@attrs.frozen
class TaskReport:
    """What became of the records of one task.

    Args:
        task: Number of the task; a task that is tried again keeps its number.
        counts: The counts of its upload, as `BulkReport` names them.
        skipped: Whether the task had nothing to do, because its batch of a stream was committed before.
        stream: What tells the stream from others.
    """

    task: int
    counts: Mapping[str, int]
    skipped: bool = False
    stream: str | None = None


@attrs.frozen
class JobReport:
    """What became of the records of a job; all tasks together.

    Args:
        dataset: Where they went.
        state: `committed`, or `failed`.
        tasks: Tasks that ended well.
        read: Records that these took.
        accepted: Records that the service took of them.
        possibly_doubled: Records that may be stored beside an equal one, because a task was tried twice without ids;
            others' writes count in. None where it could not be found out.
        staging: The side dataset that still holds the records, if there is one.
        batch: Number of the batch of a stream.
        said: What stands, in a sentence.
    """

    dataset: str
    state: str
    tasks: int = 0
    read: int = 0
    accepted: int = 0
    possibly_doubled: int | None = 0
    staging: str | None = None
    batch: int | None = None
    said: str = ""


@attrs.frozen
class Writing:
    """A job that writes; can be pickled.

    Args:
        reference: Makes the client where a task runs.
        options: Where to write, and how sure to be.
        target: The dataset that tasks write to: the one that is named, or that at its side.
        before: Records that the target had, where they are counted.
    """

    reference: ClientReference
    options: WriteOptions
    target: str
    before: int | None = None

    @classmethod
    def begin(cls, reference: ClientReference, options: WriteOptions, schema: Any, *, stream: bool = False) -> Writing:
        """Check what can be checked before the first record is sent, and make what the tasks need.

        Args:
            reference: Makes clients.
            options: Where to write.
            schema: Schema of Arrow of the records, or None where each task checks its own.
            stream: Whether batch follows batch.

        Raises:
            ValidationError: A column cannot be sent exactly.
            NotFoundError: There is no such dataset.
            APIError: The service has no statement that publishes.
        """
        if schema is not None:
            _check(schema, options)
        if stream and (options.id is None or options.staging):
            problem = (
                "a stream sends a batch again after a crash, and staging has no end there: give id, and no staging"
            )
            raise ValidationError(problem)
        if options.checkpoint is not None:
            Path(options.checkpoint).mkdir(parents=True, exist_ok=True)
            if not stream and (Path(options.checkpoint) / COMMITTED).exists():
                problem = (
                    f"the job of the checkpoint {options.checkpoint} is committed; delete the folder to write again"
                )
                raise ValidationError(problem)
        with reference.client() as client:
            before = _count(client, options.dataset)
            if not options.staging:
                return cls(reference, options, options.dataset, before)
            return cls(reference, options, _stage(client, options, schema), 0)

    def write(
        self, task: int, batches: Iterable[Any], *, batch: int | None = None, stream: str | None = None
    ) -> TaskReport:
        """Upload the records of one task.

        Args:
            task: Number of the task.
            batches: Its records, as batches of Arrow.
            batch: Number of the batch of a stream.
            stream: What tells the stream from others, and stays when it is started again.

        Raises:
            BulkError: A record was not accepted.
            ValidationError: A column cannot be sent exactly, or the checkpoint is another stream's.
        """
        # Spark runs the last batch again after a crash between its commit and its own note of it.
        if batch is not None and batch <= self._committed(stream):
            return TaskReport(task, {}, skipped=True, stream=stream)
        _share_cores()
        folder = self._folder()
        # A task that is tried again finds the checkpoint of its first try, and sends only what is missing.
        name = f"task-{task:06d}" if batch is None else f"batch-{batch:09d}-task-{task:06d}"
        checkpoint = None if folder is None else folder / f"{name}.checkpoint"
        with self.reference.client() as client:
            report = self._upload(client, batches, checkpoint)
        counts = {name: getattr(report, name) for name in COUNTS} | {"accepted": report.accepted}
        return TaskReport(task, counts, stream=stream)

    def _upload(self, client: Infino, batches: Iterable[Any], checkpoint: Path | None) -> BulkReport:
        def upload(path: Path | None) -> BulkReport:
            return client.records.bulk(
                self.target, _checked(batches, self.options), id=self.options.id, checkpoint=path
            )

        try:
            return upload(checkpoint)
        except ValidationError as error:
            # Another try of this task is at work, and holds the file. With ids both may go on.
            if self.options.id is None or "another upload is using" not in str(error):
                raise
            return upload(None)

    def commit(self, reports: Sequence[TaskReport | None], *, batch: int | None = None) -> JobReport:
        """Add up what the tasks did, check it, and publish what was staged.

        Args:
            reports: What each task said.
            batch: Number of the batch of a stream.

        Raises:
            BulkError: A task said nothing, or its books do not balance; nothing was published.
            APIError: What was staged could not be published.
        """
        told, read, accepted = _added_up(reports)
        if len(told) < len(reports) or read != accepted:
            raise self._wrong(f"{len(told)} of {len(reports)} tasks reported, {read} records read, {accepted} accepted")
        with self.reference.client() as client:
            doubled = self._doubled(client, told)
            if self.options.staging:
                self._publish(client, accepted, doubled)
        self._note(batch, told)
        skipped = " (committed before, and sent no second time)" if any(report.skipped for report in told) else ""
        said = f"{accepted:,} records in {self.options.dataset}{skipped}"
        if doubled:
            said += f"; up to {doubled:,} more may be copies of them, for a task was tried again without ids"
        report = JobReport(
            self.options.dataset, "committed", len(told), read, accepted, doubled, None, batch, said
        )  # fmt: skip
        return self._tell(report)

    def abort(self, reports: Sequence[TaskReport | None]) -> JobReport:
        """Say what stands of a job that failed, and remove what was staged unless it is still needed.

        Args:
            reports: What the tasks that ended well said, and None for the others.
        """
        told, read, accepted = _added_up(reports)
        # When every task has ended well, the commit failed: its records are worth keeping.
        kept = self.options.staging and (self.options.checkpoint is not None or len(told) == len(reports))
        more: int | None = 0
        with suppress(InfinoError), self.reference.client() as client:
            if self.options.staging:
                if not kept:
                    client.datasets.delete(self.target)
            else:
                more = None
                more = max(0, _counted(client, self.target) - self.before) if self.before is not None else None
        if self.options.staging:
            said = f"nothing was written to {self.options.dataset}"
            if len(told) == len(reports):
                said += ", unless the answer to the statement that publishes was lost: then it has everything"
            said += f"; {self.target} holds what was staged" if kept else ""
        else:
            said = f"{accepted:,} records of {len(told)} tasks that ended well stand in {self.options.dataset}"
            said += ", and those that other tasks had sent" + (
                "" if more is None else f": it has {more:,} more than before"
            )
            said += "; run the job again, which replaces them by their ids" if self.options.id else ""
        staging = self.target if kept else None
        report = JobReport(self.options.dataset, "failed", len(told), read, accepted, None, staging, None, said)
        return self._tell(report)

    def _doubled(self, client: Infino, told: Sequence[TaskReport]) -> int | None:
        """Return how many records may be there twice."""
        if self.options.id is not None:
            return 0
        known = sum(report.counts.get("possibly_doubled", 0) for report in told)
        try:
            more = None if self.before is None else _counted(client, self.target) - self.before
        except APIError:
            more = None
        sent = sum(report.counts.get("accepted", 0) - report.counts.get("resumed", 0) for report in told)
        return None if more is None else max(known, more - sent)

    def _publish(self, client: Infino, accepted: int, doubled: int | None) -> None:
        staged, stage, dataset = (
            _counted(client, self.target),
            identifier(self.target),
            identifier(self.options.dataset),
        )
        if staged > accepted or doubled or (self.options.id is None and staged != accepted):
            raise self._wrong(
                f"{accepted} records were accepted and {staged} are staged: a task was tried again without ids"
            )
        # Published by one statement, which takes effect as a whole.
        verb = "INSERT INTO" if self.options.id is None else "UPSERT INTO"
        if staged:
            self._note_publishing(True)
            try:
                done = client.query.execute(f"{verb} {dataset} SELECT * FROM {stage}").stats.affected_rows  # noqa: S608  # quoted
            except (APIError, QueryError) as error:
                self._note_publishing(isinstance(error, APIError) and error.status >= 500)
                raise
            if done != staged:
                raise self._wrong(f"{staged} records were staged and {done} published")
        with suppress(InfinoError):  # what is published is published
            client.datasets.delete(self.target)

    def _note_publishing(self, begun: bool) -> None:
        """Note for the next run that what is staged may be published; the answer that says so may be lost."""
        if (folder := self._folder()) is not None:
            note = {"dataset": self.options.dataset, "staging": self.target, "publishing": begun}
            _replace(folder / STAGING, note)

    def _wrong(self, problem: str) -> BulkError:
        kept = f"; {self.target} holds what was staged" if self.options.staging else ""
        return BulkError(f"the job is not committed: {problem}{kept}", operation="records.bulk")

    def _folder(self) -> Path | None:
        return None if self.options.checkpoint is None else Path(self.options.checkpoint)

    def _known(self) -> dict[str, Any]:
        """Return what is noted of batches that were committed."""
        folder = self._folder()
        with suppress(FileNotFoundError):
            return {} if folder is None else dict(json.loads((folder / COMMITTED).read_text()))
        return {}

    def _committed(self, stream: str | None) -> int:
        """Return the number of the last batch that was committed, or -1."""
        known = self._known()
        ours = {"dataset": self.options.dataset, "stream": stream}
        if any(None not in (known.get(name), value) and known[name] != value for name, value in ours.items()):
            # Its batches have numbers of their own: by those, ours would be taken as sent.
            raise ValidationError(
                f"the checkpoint {self.options.checkpoint} is that of another stream: give each stream a folder of its"
                " own, and a stream that begins anew an empty one"
            )
        return int(known.get("batch", -1))

    def _note(self, batch: int | None, told: Sequence[TaskReport]) -> None:
        folder = self._folder()
        if folder is None:
            return
        known = self._known()
        stream = next((report.stream for report in told if report.stream is not None), known.get("stream"))
        last = max(-1 if batch is None else batch, int(known.get("batch", -1)))
        _replace(folder / COMMITTED, {"dataset": self.options.dataset, "stream": stream, "batch": last})
        # Only once the commit is noted: without them a job that is run again would send everything a second time.
        for done in folder.glob("*.checkpoint" if batch is None else f"batch-{batch:09d}-*.checkpoint"):
            done.unlink(missing_ok=True)

    def _tell(self, report: JobReport) -> JobReport:
        log.log(logging.INFO if report.state == "committed" else logging.WARNING, "%s: %s", report.state, report.said)
        if self.options.report is not None:
            _replace(Path(self.options.report), attrs.asdict(report))
        return report


def _share_cores() -> None:
    """Let polars have the cores that the engine gave to the task; it would have a thread for each of the machine's."""
    if cores := os.environ.get("OMP_NUM_THREADS"):  # Spark and Ray say so by this
        os.environ.setdefault("POLARS_MAX_THREADS", cores)


def _added_up(reports: Sequence[TaskReport | None]) -> tuple[list[TaskReport], int, int]:
    """Return the reports that there are, and how many records their tasks read, and the service took of them."""
    told = [report for report in reports if report is not None]
    read, accepted = (sum(report.counts.get(name, 0) for report in told) for name in ("read", "accepted"))
    return told, read, accepted


def _check(schema: Any, options: WriteOptions) -> None:
    """Refuse columns that cannot be sent as the job asks."""
    check_sendable(schema, flat=options.staging)
    if options.id is not None and options.id not in schema.names:
        raise ValidationError(f"there is no column {options.id!r} to take ids from; there are {schema.names}")
    if "_id" in schema.names and options.id != "_id":
        raise ValidationError("the column '_id' is the service's own name: take ids from it (id='_id'), or drop it")


def _checked(batches: Iterable[Any], options: WriteOptions) -> Iterator[Any]:
    known = None
    for batch in batches:
        if batch.schema != known:  # each batch has an object of its own
            known = batch.schema
            _check(known, options)
        refuse_not_a_number(batch)
        yield batch


def _counted(client: Infino, dataset: str) -> int:
    return int(client.query.sql(f"SELECT count(*) FROM {identifier(dataset)}").scalar())  # noqa: S608  # quoted


def _count(client: Infino, dataset: str) -> int | None:
    """Return how many records a dataset has, or None to who may not read it."""
    try:
        return _counted(client, dataset)
    except APIError as error:
        # Who may write need not be one who may read; then copies cannot be counted, and the report says None.
        if error.status == 403:
            return None
        raise


def _stage(client: Infino, options: WriteOptions, schema: Any) -> str:
    """Make the side dataset, or return the one that an earlier run under the same checkpoint made."""
    folder = None if options.checkpoint is None else Path(options.checkpoint)
    note = None if folder is None else folder / STAGING
    if note is not None and note.exists():
        known = json.loads(note.read_text())
        if known["dataset"] != options.dataset:
            raise ValidationError(f"the checkpoint {folder} belongs to a job for {known['dataset']}")
        if known.get("publishing") and options.id is None:
            raise ValidationError(
                f"the last run may have published {known['staging']}, and without ids a second time would double it:"
                f" see whether {options.dataset} has its records, and delete {known['staging']} and the folder {folder}"
            )
        return str(known["staging"])
    stem = re.sub(r"[^a-z0-9_-]", "-", options.dataset.lower())[:80]
    name = f"{stem}-staging-{secrets.token_hex(6)}"
    # Declared as keywords, texts stay as they are, also those that look like times.
    types = {field.name: {"type": "keyword"} for field in schema if str(field.type).endswith("string")}
    client.datasets.create(name, mapping={"properties": types})
    stage = identifier(name)
    try:
        # Asks for nothing: a gateway that cannot publish must say so before the records are sent.
        client.query.execute(f"INSERT INTO {stage} SELECT * FROM {stage}")  # noqa: S608  # quoted, and empty
    except APIError:
        client.datasets.delete(name)
        raise
    if note is not None:
        _replace(note, {"dataset": options.dataset, "staging": name})
    return name


def _replace(path: Path, content: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Renamed into place, so that nobody reads half a file; the name is random because tasks may write side by side.
    beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    beside.write_text(json.dumps(content))
    beside.replace(path)
