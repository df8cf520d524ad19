"""The catalogue: what fields a dataset has, what kinds of values they hold, and what a mapping declares of them."""
