"""Settings: every variable, its default, unit and check."""
