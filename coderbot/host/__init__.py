"""This host as one of several: which bots it runs, and what it tells the others."""
