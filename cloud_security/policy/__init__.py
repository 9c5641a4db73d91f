"""Rules, the check kind ``isolation``, and the decision about a request."""
