"""From the document to the generated package: load and lint, plan, write."""
