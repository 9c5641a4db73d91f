"""Verdicts: what responses to owner and peer prove about one operation."""
