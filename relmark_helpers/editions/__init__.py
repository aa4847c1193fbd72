"""Editions of the lessons for the classroom: slides, handout, book, assignment and predict.

Each is made from the same notebooks by one command (``relmark --help``). :mod:`lesson` reads a notebook and refuses a
faulty one, :mod:`runner` runs it, :mod:`page` turns its cells into HTML; each edition has a module of its own.
"""
