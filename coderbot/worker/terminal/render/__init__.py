"""Renderers: a screen as a picture or as text."""
