"""A browser without a window, started when it is needed and ended when it is not."""
