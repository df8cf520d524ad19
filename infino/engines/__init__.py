"""Data frames elsewhere: Spark in `infino.engines.spark`, Ray in `infino.engines.ray`."""
