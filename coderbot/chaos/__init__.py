"""The rehearsal: throw-away bots on the sandbox, and all that can happen to them."""
