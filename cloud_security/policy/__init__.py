"""What oslo.policy loads: our rules and our check kind."""
