"""Django's SQLite, that can still be read when its disk takes no writes."""
