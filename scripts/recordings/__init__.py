"""What `scripts.record_terminal` records."""
