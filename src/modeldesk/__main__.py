"""Lets ``python -m modeldesk`` do what the command ``modeldesk`` does."""

from modeldesk.cli import main

if __name__ == "__main__":
    main()
