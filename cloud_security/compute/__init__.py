"""What we know of Nova: the only place that imports it."""
