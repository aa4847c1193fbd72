"""Grading inside a notebook that nbgrader runs: points for an answer, by the one definition of the exercise."""

from __future__ import annotations

import contextlib
import io
import os
import warnings
from pathlib import Path
from typing import Any

from relmark_helpers.exercises.checking import grade


def drawn_from(student: str, seed: str) -> str:
    """Return the text from which a student's numbers are drawn; with another seed it draws others.

    Examples
    --------
    >>> drawn_from("s17", seed="2027"), drawn_from("s17", seed="")
    ('2027:s17', 's17')
    """
    return f"{seed}:{student}" if seed else student


def award(exercise_id: str, answer: Any, typed: str, *, seed: str = "") -> float:
    """Return the points that an answer earns; the last line of a graded cell, where nbgrader reads it.

    While nbgrader grades, the student is the one whose folder holds the notebook, whatever the notebook says: a
    neighbour's notebook earns nothing where the numbers are one's own. Else it is ``typed``.

    Parameters
    ----------
    exercise_id : such as "02.3".
    answer : what the student's cell made.
    typed : the text that the notebook's first cell draws numbers from.
    seed : the seed that the assignment was made with.

    Notes
    -----
    What a student's function prints or warns of is dropped, since nbgrader takes any text on the error stream in a
    graded cell for a failure.

    Examples
    --------
    >>> award("01.1", "Z", "s17")
    0.0
    """
    student = _owner() if os.environ.get("NBGRADER_EXECUTION") == "autograde" else None
    text = typed if student is None else drawn_from(student, seed)
    silence = io.StringIO()
    with contextlib.redirect_stdout(silence), contextlib.redirect_stderr(silence), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return float(grade(exercise_id, answer, text))


def _owner() -> str:
    """Return the student whose folder the notebook lies in: autograded/STUDENT/ASSIGNMENT, nbgrader's usual order."""
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    started = shell.starting_dir if shell else os.getcwd()  # the student's code may have gone to another folder
    return Path(started).parent.name
