"""Acts, episodes, sequences and the relationship as nested blocks, and what the rule of aggregation does."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.cm import ScalarMappable
from matplotlib.collections import PolyCollection
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from numpy.typing import NDArray

from relmark_helpers.calculations.interaction_levels import AggregationRule, InteractionLevels, RuleComparison
from relmark_helpers.figures.lesson_figure import LessonFigure
from relmark_helpers.figures.plot import Plot, Words, headline
from relmark_helpers.figures.style import BLUE, INK, QUIET, VERMILION, house_style, series_styles
from relmark_helpers.validation import InputError

_COLOURS = LinearSegmentedColormap.from_list("scores", [VERMILION, "#f7f4ef", BLUE])
_ROWS = ("Acts", "Episodes", "Sequences", "Relationship")  # from below
_MOST_ACTS, _MOST_ROWS = 120, 15
_WIDTH = 5.2  # inches that the blocks take, about


class HierarchyPlot(Plot[InteractionLevels]):
    """One relationship: blocks for acts, episodes and sequences under it, coloured by score, critical episodes marked.

    Parameters
    ----------
    unit : unit of time of the log, in the plural.
    """

    size = (7.0, 4.0)

    def __init__(self, unit: str = "days") -> None:
        self._unit = unit

    def setting(self, result: InteractionLevels) -> Hashable:
        blocks = _blocks(result)
        acts = blocks.score[blocks.row == 0]
        return blocks.left.tobytes(), blocks.right.tobytes(), blocks.critical.tobytes(), acts.tobytes(), result.neutral

    def lay_out(self, figure: Figure, result: InteractionLevels) -> list[Artist]:
        axes = figure.subplots()
        blocks = _blocks(result)
        acts = len(result.acts)
        axes.set(xlim=(0, acts), ylim=(0, 4), xlabel="Acts, in order of time within each episode")
        axes.set_yticks([0.5, 1.5, 2.5, 3.5], _ROWS)
        axes.set_xticks([])
        axes.grid(visible=False)
        axes.tick_params(length=0)
        for side in ("left", "bottom"):
            axes.spines[side].set_visible(False)
        reach = float(np.abs(result.acts["score"] - result.neutral).max()) or 1.0
        self._norm = Normalize(result.neutral - reach, result.neutral + reach)
        colours = figure.colorbar(ScalarMappable(self._norm, _COLOURS), ax=axes, label="Score", fraction=0.05, pad=0.02)
        colours.outline.set_visible(False)
        corners = _corners(blocks.left, blocks.right, blocks.row, blocks.row + 1)
        self._boxes = PolyCollection(corners, edgecolors="white", linewidths=1.6)
        axes.add_collection(self._boxes)
        critical = blocks.critical & (blocks.row == 1)
        left, right = blocks.left[critical], blocks.right[critical]
        inner = np.ones(len(left))
        frames = PolyCollection(
            _corners(left, right, 1.03 * inner, 1.97 * inner), facecolors="none", edgecolors=INK, linewidths=2.2
        )
        axes.add_collection(frames)
        (marks,) = axes.plot(
            (left + right) / 2,
            1.82 * inner,
            color=INK,
            marker="D",
            markersize=5,
            linestyle="",
            label="critical episode",
        )
        if len(left):
            figure.legend(loc="outside lower right")
        width = (blocks.right - blocks.left) * _WIDTH / acts
        needed = np.where(blocks.row == 0, [0.06 + 0.08 * len(f"{score:.3g}") for score in blocks.score], 0.2)
        self._texts = {
            at: axes.text(
                (blocks.left[at] + blocks.right[at]) / 2,
                blocks.row[at] + 0.45,
                "",
                ha="center",
                va="center",
                fontsize=11 if width[at] >= 0.3 else 9,
            )
            for at in np.flatnonzero(width >= needed)
        }
        return [self._boxes, frames, marks, *self._texts.values()]

    def move(self, result: InteractionLevels) -> None:
        blocks = _blocks(result)
        colours = _COLOURS(self._norm(blocks.score))
        self._boxes.set_facecolor(colours)
        light = colours[:, :3] @ [0.299, 0.587, 0.114] > 0.55
        for at, text in self._texts.items():
            text.set_text(f"{blocks.score[at]:.3g}" if blocks.row[at] == 0 else f"{blocks.score[at]:.1f}")
            text.set_color(INK if light[at] else "white")

    def words(self, result: InteractionLevels) -> Words:
        whole = result.relationships.iloc[0]
        name = _clip(result.relationships.index[0])
        score, plain = f"{whole['score']:.2f}", f"{whole['act_mean']:.2f}"
        critical = result.episodes[result.episodes["critical"]]
        marked = (
            f"{len(critical)} critical: " + ", ".join(f"{_clip(at)} {one:.1f}" for at, one in critical["score"].items())
            if len(critical)
            else "none critical"
        )
        sequences = ", ".join(f"{_clip(at)} {one:.1f}" for at, one in result.sequences["score"].items())
        acts = result.acts["score"]
        episodes = result.episodes["score"]
        rule = _rule(result.rule, self._unit)
        left_out = f" {result.left_out} acts without a score are left out." if result.left_out else ""
        return Words(
            title=f"{_clip(name, 14)}: {score} by this rule, {plain} as the mean of its acts",
            alt=(
                f"Nested blocks on four levels, coloured by score. The relationship, {score}, spans "
                f"{_count(len(result.sequences), 'sequence')} ({sequences}); these span "
                f"{_count(len(result.episodes), 'episode')} from {episodes.min():.1f} to {episodes.max():.1f}, "
                f"{marked}; and {_count(len(acts), 'act')} from {acts.min():.3g} to {acts.max():.3g}."
            ),
            caption=(
                f"Levels of interaction after Holmlund; the rule is this workbook's own: {rule}. "
                f"Neutral score {result.neutral:.3g}.{left_out}"
            ),
            description=f"The rule: {rule}. Sequences: {sequences}. Episodes: {marked}.",
            table=result.episodes[["sequence", "score", "act_mean", "end", "acts", "critical"]],
        )


def hierarchy_figure(levels: InteractionLevels, *, relationship: object = None, unit: str = "days") -> LessonFigure:
    """Draw one relationship as nested blocks; name it where the log has several.

    Examples
    --------
    >>> from relmark_helpers.calculations.interaction_levels import aggregate_log
    >>> from relmark_helpers.calculations.interaction_simulation import simulate_act_log
    >>> log = simulate_act_log(1, np.random.default_rng(2))
    >>> print(hierarchy_figure(aggregate_log(log, neutral=4)).figure.get_suptitle())
    R1: 4.82 by this rule, 5.04 as the mean of its acts
    """
    names = list(levels.relationships.index)
    name = names[0] if relationship is None and len(names) == 1 else relationship
    if name not in names:
        raise InputError(
            "relationship",
            found=repr(relationship),
            expected=f"one of the {len(names)} relationships, such as {names[0]!r}",
            mend=f"write relationship={names[0]!r}",
        )
    one = InteractionLevels(
        levels.acts[levels.acts["relationship"] == name],
        levels.episodes[levels.episodes["relationship"] == name],
        levels.sequences[levels.sequences["relationship"] == name],
        levels.relationships.loc[[name]],
        levels.rule,
        levels.neutral,
        levels.left_out,
    )
    if len(one.acts) > _MOST_ACTS:
        raise InputError(
            "levels",
            found=f"{len(one.acts)} acts in relationship {name!r}",
            expected=f"at most {_MOST_ACTS}, as more cannot be told apart",
            mend="draw a shorter relationship, or cut the log to some of its sequences",
        )
    return HierarchyPlot(unit).figure(one)


def rule_figure(comparison: RuleComparison, *, source: str) -> LessonFigure:
    """Draw the score of each relationship under each rule; ``source`` says where the log comes from.

    Examples
    --------
    >>> from relmark_helpers.calculations.interaction_levels import MEAN, PEAK_END, compare_rules
    >>> from relmark_helpers.calculations.interaction_simulation import simulate_act_log
    >>> log = simulate_act_log(6, np.random.default_rng(2))
    >>> rules = {"mean": MEAN, "peak and end": PEAK_END}
    >>> rule_figure(compare_rules(log, rules, neutral=4), source="Simulated.").caption[-10:]
    'Simulated.'
    """
    scores = comparison.scores
    if len(scores) > _MOST_ROWS:
        raise InputError(
            "comparison",
            found=f"{len(scores)} relationships",
            expected=f"at most {_MOST_ROWS}, as more cannot be told apart",
            mend="compare the rules on some of them; spread and reversals hold for all",
        )
    scores = scores.sort_values(scores.columns[0], ascending=False)
    places = np.arange(len(scores))
    most = comparison.spread.idxmax()
    with house_style():
        figure = Figure(figsize=(7.0, 1.8 + 0.36 * len(scores)), layout="constrained")
        axes = figure.subplots()
        axes.hlines(places, scores.min(axis=1), scores.max(axis=1), color=QUIET, linewidth=1.4)
        offsets = 0.13 * (np.arange(scores.shape[1]) - (scores.shape[1] - 1) / 2)  # so that equal scores are all seen
        styles = series_styles(scores.columns, "comparison")
        for (rule, colour, _, marker), up in zip(styles, offsets, strict=True):
            axes.plot(scores[rule], places + up, color=colour, marker=marker, linestyle="", label=_clip(rule))
        axes.set_yticks(places, [_clip(name) for name in scores.index])
        axes.set(ylim=(len(scores) - 0.5, -0.5), xlabel="Score of the relationship")
        figure.legend(loc="outside lower center", ncols=3, columnspacing=1.2)
        headline(
            figure,
            f"The rule moves a score by up to {comparison.spread[most]:.1f}"
            + (f" and reverses {comparison.reversals} of {comparison.pairs} pairs" if comparison.pairs else ""),
        )
    means = ", ".join(f"{_clip(rule)} {scores[rule].mean():.2f}" for rule in scores.columns)
    row = ", ".join(f"{_clip(rule)} {value:.1f}" for rule, value in scores.loc[most].items())
    return LessonFigure(
        figure,
        alt=(
            f"Dot chart of the scores of {_count(len(scores), 'relationship')} under {len(scores.columns)} rules. Mean "
            f"over relationships: {means}. The widest range is that of {_clip(most)}: {row}. In {comparison.reversals} "
            f"of {_count(comparison.pairs, 'pair')} the rules disagree about which relationship is better."
        ),
        caption=f"The same acts under {len(scores.columns)} rules, this workbook's own. {source}".strip(),
        table=pd.concat([scores, comparison.spread.loc[scores.index]], axis=1),
    )


def _corners(left: Any, right: Any, low: Any, high: Any) -> list[NDArray[np.float64]]:
    ends = [np.column_stack(one) for one in ((left, low), (right, low), (right, high), (left, high))]
    return list(np.stack(ends, axis=1).astype(float))


@dataclass(frozen=True)
class _Blocks:
    """Left and right end, row, score and flag of each block; an act is one wide."""

    left: NDArray[np.intp]
    right: NDArray[np.intp]
    row: NDArray[np.intp]
    score: NDArray[np.float64]
    critical: NDArray[np.bool_]


def _blocks(result: InteractionLevels) -> _Blocks:
    acts = result.acts
    starts = [dict(zip(table.index, table["start"], strict=True)) for table in (result.sequences, result.episodes)]
    columns = (acts[name].tolist() for name in ("sequence", "episode", "start", "score"))
    ordered = sorted(
        ((starts[0][sequence], str(sequence), starts[1][episode], str(episode), start, at), sequence, episode, score)
        for at, (sequence, episode, start, score) in enumerate(zip(*columns, strict=True))
    )
    rows = [(at, at + 1, 0, one[3], False) for at, one in enumerate(ordered)]
    for row, (column, table) in enumerate(((2, result.episodes), (1, result.sequences)), start=1):
        ends: dict[object, list[int]] = {}
        for at, one in enumerate(ordered):
            ends.setdefault(one[column], [at, at])[1] = at + 1
        known = zip(table.index, table["score"].tolist(), table["critical"].tolist(), strict=True)
        rows += [(*ends[name], row, score, critical) for name, score, critical in known]
    rows.append((0, len(ordered), 3, float(result.relationships["score"].iloc[0]), False))
    left, right, row_of, score_of, critical_of = zip(*rows, strict=True)
    return _Blocks(np.array(left), np.array(right), np.array(row_of), np.array(score_of), np.array(critical_of))


def _rule(rule: AggregationRule, unit: str) -> str:
    if np.isinf(rule.half_life):
        mean = "all parts alike"
    else:
        mean = f"half-life {rule.half_life:,.3g} {unit}" if rule.half_life else "the last part only"
    return (
        f"{rule.peak_weight:.0%} for the peak, {1 - rule.peak_weight:.0%} for the mean ({mean}), critical parts "
        f"counted {rule.critical_weight:.3g} times"
    )


def _clip(name: object, longest: int = 22) -> str:
    text = str(name)
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" + ("" if number == 1 else "s")
