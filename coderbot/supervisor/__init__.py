"""The fleet: workers as child processes, kept alive."""
