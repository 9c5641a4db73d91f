"""Results of a run: its summary, and the formats that report it."""
