# Generated from openapi/infino.yaml by scripts/generate; do not edit, change the document instead.
"""Generated from openapi/infino.yaml by scripts/generate; changes belong there.

Infino, version 2025-06-30.

The HTTP interface of the Infino context engine.

Every HTTP operation of the service, and by the `x-infino-*` extensions the shape of the SDK
that is generated from it. Any 2xx status is a success everywhere. Answers are described
tolerantly: every field of an answer may be missing or null, unknown fields and unknown words
may appear, and where gateways are known to answer in several shapes, `x-infino-shape` names the
reader that takes them all.

license: Apache 2.0, Apache-2.0.

datasets: Datasets, records and metrics.

query: SQL, QueryDSL and PromQL.

sources: Connected stores, imports and files.

fino: Conversations.

access: Users, roles and the account.

alerts: Notification channels, alerts and monitors.

charts: Visualizations and dashboards.

Server https://api.infino.ws: The service.

AWS Signature Version 4 over the request, with region us-east-1 and service es. Signed headers
are host, x-amz-date, x-amz-content-sha256, and content-type when it is sent; multipart bodies
are UNSIGNED-PAYLOAD.

Answer BadRequest: The request is malformed or a value is refused.

Answer Conflict: It exists already or was changed meanwhile.

Answer Error: The call was refused or failed.

Answer Forbidden: The user may not do this.

Answer NotFound: What the path names does not exist.

Answer RateLimited: Too many requests; try again later. In the headers of `with_raw_response`:
`Retry-After`: Seconds or a date after which to try again.

Answer ServerError: The service failed or is overloaded.

Answer TooLarge: The body is larger than the gateway takes.

Answer Unauthorized: The signature or the keys are refused.

Answer Unprocessable: The expression is well formed but can't be evaluated over this data.
"""
