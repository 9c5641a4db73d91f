"""Row-level visibility for SQLAlchemy; it knows no service."""
