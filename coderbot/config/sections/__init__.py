"""The settings by section: one file each, one field a variable."""
