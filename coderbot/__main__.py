"""`python -m coderbot`: the same as the command `coderbot`."""

from coderbot.cli import main

if __name__ == "__main__":
    main()
