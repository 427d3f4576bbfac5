"""What happened: append-only events written in the transaction of the act, seals over them, and idempotency keys."""
