"""Redis' own unit tests and redis-py's tests, through Martlet before one server."""
