"""Shared by all tests. The server they use is started by the plugin `peyvand.server.testing` (see pyproject.toml)."""
