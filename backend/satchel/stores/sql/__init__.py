"""The stores on SQLAlchemy Core, one SQL text for SQLite and PostgreSQL. Rows do not leave this package."""
