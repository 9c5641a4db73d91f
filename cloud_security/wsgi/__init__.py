"""The WSGI filter, the same for every service."""
