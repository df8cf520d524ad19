"""Mistakes that a type checker must find: every line with the mark, and no other."""

# pyright: strict

from infino import AsyncInfino, Infino, RetryPolicy, Timeouts
from infino.models import Chart, ErrorBody, Visualization
from infino.signing import SigV4Signer

client = Infino()
asynchronous = AsyncInfino()

Infino("access", "secret")  # WRONG: settings are named
Infino(acces_key="a")  # WRONG: a typo
Infino(timeout="5")  # WRONG: seconds are a number
Infino(retry=3)  # WRONG: a policy
Infino(credentials=lambda: 3)  # WRONG: keys are a pair
RetryPolicy(attempts="3")  # WRONG: a number
Timeouts(connect="1")  # WRONG: a number
SigV4Signer("a", "b", path_style="triple")  # WRONG: no such style
Infino(max_response_bytes="1")  # WRONG: a number
Infino.local(sql_rowz=3)  # WRONG: a typo
Infino.local(port="8000")  # WRONG: a number
client.query.sql_batches("SELECT 1", batch_rowz=3)  # WRONG: a typo
client.datasets.create()  # WRONG: the name is missing
client.datasets.create("a", True)  # WRONG: options are named
client.datasets.create(1)  # WRONG: a name is text
client.datasets.delete("a", missing=True)  # WRONG: a typo
client.datasets.nothing  # WRONG: no such method
client.nothing  # WRONG: no such resource
client.datasets.get("a").doc_count.upper()  # WRONG: a number, or None
client.users.create("ann")  # WRONG: the document is missing
client.users.create("ann", {}).secret_key.upper()  # WRONG: a Secret
client.on("nothing", print)  # WRONG: no such event
client.on("retry", lambda event: event.nothing)  # WRONG: no such member
client.jobs.wait("r", timeout="5")  # WRONG: seconds are a number
client.fino.threads.messages.add("t")  # WRONG: the text is missing
client.alerts.notify("c", "subject", "message")  # WRONG: the texts are named
client.monitors.create(1)  # WRONG: a document
client.fino.analyze("why?", context={})  # WRONG: belongs to questions
client.query.sql(1)  # WRONG: a statement is text
asynchronous.datasets.get("a").name  # WRONG: not awaited
client.datasets.get("a", retry="often")  # WRONG: a policy
client.fino.threads.update(3, name="x")  # WRONG: an id is text
client.visualizations.list(limit="5")  # WRONG: a number
client.visualizations.create(Visualization(titel="x"))  # WRONG: a typo
client.visualizations.get("v1").titel  # WRONG: no such field
client.visualizations.get("v1").description.upper()  # WRONG: text, or None
Chart(type=3)  # WRONG: a word
client.visualizations.get("v1", extra_query="x")  # WRONG: names and values
ErrorBody(error="x").error.upper()  # WRONG: text, an object, or None
