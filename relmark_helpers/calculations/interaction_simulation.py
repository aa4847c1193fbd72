"""Simulated logs of acts on Holmlund's levels of interaction."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from relmark_helpers.validation import random_generator, shares, whole_number

__all__ = ["simulate_act_log"]

_LOW: Final = 1
_HIGH: Final = 7


def simulate_act_log(
    relationships: int,
    generator: np.random.Generator,
    *,
    sequences: int = 3,
    episodes: int = 4,
    acts: int = 4,
    critical_share: float = 0.1,
) -> pd.DataFrame:
    """Return a made-up log of acts, with relationships that improve or worsen and some critical episodes.

    Use it to try the rules where the acts are known. It is no evidence about real relationships.

    Parameters
    ----------
    relationships : int
        Relationships, 1 or more.
    generator : numpy.random.Generator
        Source of chance.
    sequences : int
        Sequences in each relationship.
    episodes, acts : int
        Largest number of episodes in a sequence and of acts in an episode; each number from 1 on is as likely.
    critical_share : number
        Share of episodes that are critical, 0 to 1.

    Returns
    -------
    pandas.DataFrame
        As ``aggregate_log`` takes it: ``time`` in days, ``score`` in whole points of a scale of 1 to 7.

    Raises
    ------
    InputError
        If an argument is outside its range.

    Notes
    -----
    The latent score of an act is 4.8 + level + trend x progress + episode + act, normal draws with spreads (sd) 0.8
    between relationships, 0.9 (trend, over progress from -1 to 1), 0.6 and 0.6; a critical episode is moved by 2.5
    points, down in three of four cases. It is rounded and cut off to 1 to 7. Gaps between acts are 0 to 2 days, between
    episodes 10 to 40, and between sequences another 60. In a critical episode the first act carries the flag. All
    numbers are made up.

    Source: this workbook's own formalisation; the levels after [holmlund1997]

    Examples
    --------
    >>> log = simulate_act_log(2, np.random.default_rng(1997))
    >>> log.columns.to_list()
    ['relationship', 'sequence', 'episode', 'act', 'time', 'score', 'critical']
    >>> log["relationship"].nunique(), log["sequence"].nunique()
    (2, 6)
    """
    size = whole_number(relationships, "relationships", low=1)
    per, most_episodes, most_acts = (
        whole_number(value, name, low=1)
        for value, name in ((sequences, "sequences"), (episodes, "episodes"), (acts, "acts"))
    )
    share = float(shares(critical_share, "critical_share"))
    random = random_generator(generator)
    rows = []
    for relationship in range(1, size + 1):
        level, trend = random.normal(0, [0.8, 0.9])
        day = 0
        for sequence in range(1, per + 1):
            progress = 2 * (sequence - 1) / (per - 1) - 1 if per > 1 else 0.0
            for episode in range(1, int(random.integers(1, most_episodes + 1)) + 1):
                mood = random.normal(0, 0.6)
                critical = bool(random.random() < share)
                shock = (-2.5 if random.random() < 0.75 else 2.5) if critical else 0.0
                for act in range(1, int(random.integers(1, most_acts + 1)) + 1):
                    latent = 4.8 + level + trend * progress + mood + shock + random.normal(0, 0.6)
                    names = [f"R{relationship}", f"S{sequence}", f"E{episode}", f"A{act}"]
                    rows.append(
                        (
                            *(".".join(names[:depth]) for depth in (1, 2, 3, 4)),
                            day,
                            float(np.clip(np.rint(latent), _LOW, _HIGH)),
                            critical and act == 1,
                        )
                    )
                    day += int(random.integers(0, 3))
                day += int(random.integers(10, 41))
            day += 60
    return pd.DataFrame(rows, columns=["relationship", "sequence", "episode", "act", "time", "score", "critical"])
