"""Nova: the only package that imports it."""
