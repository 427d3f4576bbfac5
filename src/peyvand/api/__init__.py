"""OpenAPI under /api/v1: the same actions and lists as the pages. A route is a schema in, one action or one read, a schema out."""
