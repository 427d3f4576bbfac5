"""The pages: one shell, one set of components, server-rendered. `docs/web.md` is the cheat-sheet for page authors."""
