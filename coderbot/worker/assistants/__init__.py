"""Coding assistants: which there are, and how they are started."""
