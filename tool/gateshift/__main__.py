"""`python -m gateshift` is the same program as `gateshift`."""

from gateshift.cli.main import main

if __name__ == "__main__":
    main()
