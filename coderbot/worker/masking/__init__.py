"""Secrets that programs show, and how they are kept out of what is sent."""
