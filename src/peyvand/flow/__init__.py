"""The domain: need | capacity -> commitment -> delivery -> story. Each stage knows only those before it."""
