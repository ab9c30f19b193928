"""``python -m experiments <command>`` does what ``concord <command>`` does."""

import sys

from experiments.cli import main

sys.exit(main())
