"""Who is acting, and what the database lets them see: `Acting`, `scope()`, `@action`, row policies, protected columns."""
