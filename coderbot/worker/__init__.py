"""One bot: the process behind one token."""
