"""Nova's requests and responses that rows do not cover, one module each."""
