"""`makemigrations --check` without a database: would the models make a migration that is not there?"""

import sys
import warnings

import django
from django.core.management import call_command


def main() -> int:
    django.setup()
    # The command compares with the history in the database too, and warns that there is none to ask.
    warnings.filterwarnings("ignore", message="Got an error checking a consistent migration history")
    try:
        call_command("makemigrations", check_changes=True, dry_run=True, verbosity=1)
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


if __name__ == "__main__":
    sys.exit(main())
