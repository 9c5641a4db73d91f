"""Accounts that send requests to a cloud, within limits, and the responses."""
