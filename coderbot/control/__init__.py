"""What a front end may ask of a supervisor."""
