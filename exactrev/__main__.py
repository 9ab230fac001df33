"""``python -m exactrev``: the command line."""

import sys

from exactrev.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
