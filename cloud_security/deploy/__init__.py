"""Files of a host or an image; it imports no service's code."""
