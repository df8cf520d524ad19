"""The planner that asks a language model behind an OpenAI-compatible endpoint, when the environment names one.

`INFINO_LOCAL_LLM_URL` (for example `http://127.0.0.1:11434/v1`), `INFINO_LOCAL_LLM_MODEL` and, where the endpoint wants
one, `INFINO_LOCAL_LLM_KEY`. The model sees names and kinds of fields, never the data; what it answers is checked to be
one read-only statement by the same guard that user SQL passes.
"""

from __future__ import annotations

from collections.abc import Mapping

import attrs
import orjson

from infino.local.fino.plan import DatasetSchema, EarlierQuestion, NotUnderstood, QuestionPlan

PROMPT = (
    "You turn questions into one read-only SQL SELECT in DuckDB's dialect over the datasets below. Quote identifiers "
    'with double quotes. Answer with a JSON object only: {"sql": str, "dataset": str, "reading": str (one sentence: '
    'how you understood the question), "metric": str or null, "category": str or null, "over_time": bool}. metric and '
    'category are result columns. If the data cannot answer, {"sql": null, "reading": str (why)}.'
)


@attrs.frozen
class ModelPlanner:
    """A planner behind `POST {url}/chat/completions`.

    Args:
        url: The endpoint up to and without `/chat/completions`.
        model: The model's name.
        key: A bearer token, kept out of every repr.
        timeout: Seconds for one answer.
    """

    url: str
    model: str
    key: str | None = attrs.field(default=None, repr=False)
    timeout: float = 60.0

    @property
    def label(self) -> str:
        """What the answer is labelled with."""
        return f"planner: {self.model}"

    def plan(
        self, question: str, schemas: tuple[DatasetSchema, ...], history: tuple[EarlierQuestion, ...]
    ) -> QuestionPlan:
        """Ask the model for one statement; see `Planner.plan`."""
        catalogue = {schema.name: dict(schema.fields) for schema in schemas}
        messages = [{"role": "system", "content": f"{PROMPT}\nDatasets: {orjson.dumps(catalogue).decode()}"}]
        # Follow-ups speak of the last few questions, and a model reads no endless text.
        for turn in history[-5:]:
            messages.append({"role": "user", "content": turn.question})
            messages.append({"role": "assistant", "content": orjson.dumps({"sql": turn.plan.sql}).decode()})
        messages.append({"role": "user", "content": question})
        return read_answer(self._ask(messages), question)

    def _ask(self, messages: list[dict[str, str]]) -> str:
        import httpx  # a tenth of a start's time, and most starts never need it

        headers = {"authorization": f"Bearer {self.key}"} if self.key else {}
        body = {
            "model": self.model,
            "messages": messages,
            "temperature": 0,
            "response_format": {"type": "json_object"},
        }
        try:
            response = httpx.post(
                f"{self.url.rstrip('/')}/chat/completions",
                json=body,
                headers=headers,
                timeout=self.timeout,
                # A proxy of the environment would see names of fields, and .netrc would send keys.
                trust_env=False,
            )
            response.raise_for_status()
            return str(response.json()["choices"][0]["message"]["content"])
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, LookupError, TypeError, RecursionError) as error:
            raise NotUnderstood(f"The language model at INFINO_LOCAL_LLM_URL did not answer ({type(error).__name__}).")


def read_answer(text: str, question: str) -> QuestionPlan:
    """A model's JSON answer as a plan; anything else is `NotUnderstood`."""
    # Models put words or a fence around the object, whatever they were told.
    start, end = text.find("{"), text.rfind("}")
    try:
        answer = orjson.loads(text[start : end + 1])
    except orjson.JSONDecodeError:
        raise NotUnderstood("The language model's answer was not JSON. Please ask again, more simply.")
    sql = answer.get("sql")
    if not isinstance(sql, str) or not sql.strip():
        raise NotUnderstood(str(answer.get("reading") or "The language model found no query for this."))

    def named(key: str) -> str | None:
        return answer[key] if isinstance(answer.get(key), str) and answer[key] else None

    return QuestionPlan(
        sql=sql.strip().rstrip(";"),
        dataset=named("dataset") or "",
        reading=named("reading") or question,
        metric=named("metric"),
        category=named("category"),
        over_time=answer.get("over_time") is True,
    )


def from_environment(environment: Mapping[str, str]) -> ModelPlanner | None:
    """The planner that the environment asks for, or None."""
    url, model = environment.get("INFINO_LOCAL_LLM_URL"), environment.get("INFINO_LOCAL_LLM_MODEL")
    if not url or not model:
        return None
    return ModelPlanner(url, model, environment.get("INFINO_LOCAL_LLM_KEY"))
