"""Terminals: PTY, emulator, screen."""
