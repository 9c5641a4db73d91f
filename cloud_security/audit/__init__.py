"""Records of denied and overridden access, and what they add up to."""
