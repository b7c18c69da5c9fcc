"""Files both ways."""
