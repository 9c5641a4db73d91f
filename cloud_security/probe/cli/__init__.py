"""The command ``cloud-security-probe``: its arguments, and its course."""
