"""Resources of a run: servers and more, until cleanup deletes them all."""
