"""The one-page plan: a firm's relationship plan from a file of entries, as HTML and PDF."""

from __future__ import annotations

import argparse
from pathlib import Path

from relmark_helpers.calculations.relationship_plan import make_plan
from relmark_helpers.editions.options import add_out
from relmark_helpers.plan_files import read_entries, write_example
from relmark_helpers.plan_page import PAPERS, write_plan
from relmark_helpers.validation import InputError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what the command takes."""
    parser.add_argument("entries", type=Path, nargs="?", metavar="FILE.yml", help="file with the firm's entries")
    parser.add_argument("--example", type=Path, metavar="FILE.yml", help="write an example to change, and stop")
    add_out(parser, "editions/plan")
    parser.add_argument("--paper", choices=PAPERS, default="A4", help="paper size (%(default)s)")


def make(given: argparse.Namespace) -> None:
    """Write the plan, or the example, that the command line asks for."""
    if given.example is not None:
        print(f"Wrote {write_example(given.example)}. Change it, then run relmark plan {given.example}")
        return
    if given.entries is None:
        raise InputError(
            "FILE.yml",
            found="no file",
            expected="a file with a firm's entries",
            mend="write an example to change with: relmark plan --example my_plan.yml",
        )
    print(write_plan(make_plan(read_entries(given.entries)), given.out, paper=given.paper))
