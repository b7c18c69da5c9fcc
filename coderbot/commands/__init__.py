"""Subcommands that steer a running supervisor from a shell."""
