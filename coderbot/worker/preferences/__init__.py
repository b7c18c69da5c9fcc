"""What each user has chosen, kept over restarts."""
