"""`nested` and `reverse_nested`: from documents to the objects in them, and back."""

from __future__ import annotations

from infino.local.querydsl.aggs.base import Aggregation, Context, Level, Result, Running
from infino.local.querydsl.aggs.tree import Node
from infino.local.querydsl.nested import is_object
from infino.local.querydsl.options import check_options
from infino.local.querydsl.problems import illegal
from infino.local.querydsl.reading import short


class Nested(Aggregation):
    """`nested`: the objects at a path, each by itself."""

    @classmethod
    def context_inside(cls, node: Node, context: Context) -> Context:
        """Return the context of the objects."""
        path, view = path_of(node, required=True), context.plan.view
        if path not in view.mapping.nested and is_object(view, path):
            raise illegal(f"[nested] nested path [{short(path)}] is not nested")
        return context.part(path)

    def results(self, runner: Running, level: Level) -> list[Result]:
        """Return the objects of each bucket."""
        part = self.context_inside(self.node, self.context).plan
        base = part.table(part.documents(f"d, 1.0::double as _score{part.outputs()}"))
        objects = f"select o._seq as d, r.b from {level.rows} join {part.view.table} o on o.parent = r.d"
        return answers(self, runner.into(part, level.base), base, objects, level.size)


class ReverseNested(Aggregation):
    """`reverse_nested`: the documents that objects are in."""

    @classmethod
    def context_inside(cls, node: Node, context: Context) -> Context:
        """Return the context of the documents, or of the objects of another path around these."""
        path = path_of(node, required=False)
        if context.outer is None:
            raise illegal(
                f"Reverse nested aggregation [{short(node.name)}] can only be used inside a [nested] aggregation"
            )
        found: Context | None = context.outer
        while found is not None and found.plan.view.scope != path:
            found = found.outer
        if found is None:
            raise illegal(f"Reverse nested aggregation [{short(node.name)}]: [{short(path)}] is not around it")
        return found

    def results(self, runner: Running, level: Level) -> list[Result]:
        """Return the documents of each bucket, each once."""
        wanted = self.context_inside(self.node, self.context).plan
        rows, base = f"select d, b from {level.rows}", level.base
        while runner.plan is not wanted and runner.outer is not None:
            rows = f"select distinct o.parent as d, m.b from ({rows}) m join {runner.plan.view.table} o on o._seq = m.d"
            runner, base = runner.outer
        return answers(self, runner, base, rows, level.size)


def answers(work: Aggregation, runner: Running, base: str, assigned: str, size: int) -> list[Result]:
    """Return the one bucket of each parent.

    Args:
        work: The aggregation.
        runner: Runs what is inside it.
        base: The table of documents that are counted.
        assigned: The SELECT of (d, b): each document with the bucket it is in.
        size: How many buckets there are.
    """
    table = runner.plan.table(assigned)
    counts = dict(runner.plan.run(f"select b, count(*) from {table} group by b"))
    inner = runner.run(Level.within(base, table, size), work.children)
    return [{"doc_count": counts.get(number, 0), **result} for number, result in enumerate(inner)]


def path_of(node: Node, *, required: bool) -> str:
    """Return the `path` of an aggregation, "" for the documents."""
    check_options(node.kind, node.options)
    path = node.options.get("path", None if required else "")
    if not isinstance(path, str):
        raise illegal(f"Missing [path] field for {node.kind} aggregation [{short(node.name)}]")
    return path


NESTED: dict[str, type[Aggregation]] = {"nested": Nested, "reverse_nested": ReverseNested}
