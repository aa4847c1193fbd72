"""Exercises: their definitions, the check that answers students in words, grading, and progress."""

from relmark_helpers.exercises.checking import EXERCISES, check, grade, numbers, progress

__all__ = ["EXERCISES", "check", "grade", "numbers", "progress"]
