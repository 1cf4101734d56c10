"""The figures of docs/benchmarks.md."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt

from benchmarks.layers import LAYERS
from benchmarks.networks import NETWORKS
from benchmarks.results import OWN, TITLES, Race

_COLOURS = ("#4477aa", "#66ccee", "#228833", "#ccbb44", "#ee6677", "#aa3377", "#777777", "#222222", "#994f00")


def plot_networks(races: Sequence[Race], file: Path) -> None:
    """A group of bars a network: each runtime's time over this project's, one thread."""
    shown = [(each, race) for each in NETWORKS for race in races if race.network == each.name and race.threads == 1]
    runtimes = [name for name in TITLES if name != OWN and any(race.timed(name) for _, race in shown)]
    figure, axes = plt.subplots(figsize=(11, 4.5), dpi=110)
    width = 0.8 / max(len(runtimes), 1)
    for number, name in enumerate(runtimes):
        places = [group - 0.4 + width * (number + 0.5) for group in range(len(shown))]
        heights = [(race.ratio(name) or 1) - 1 for _, race in shown]  # from the line of a draw, up or down
        axes.bar(places, heights, width * 0.9, 1, label=TITLES[name], color=_COLOURS[number % len(_COLOURS)])
    axes.axhline(1, color="black", linewidth=1)
    for group, (network, _) in enumerate(shown):
        if network.goal is not None:
            label = "goal, of the best fp32 or fp16 peer" if group == 0 else None
            axes.hlines(network.goal, group - 0.42, group + 0.42, "black", "dotted", linewidth=1, label=label)
    axes.set_xticks(range(len(shown)), [each.title for each, _ in shown])
    axes.set_yscale("log", base=2)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.set_ylabel("time over dcmobile's (higher: dcmobile is faster)")
    axes.set_title("Batch 1, one thread")
    axes.legend(ncols=4, fontsize=8)
    _finish(figure, axes, file)


def plot_layers(races: Sequence[Race], file: Path) -> None:
    """The best dense time over this project's, layer by layer, batch 1 and 64."""
    by_name = {race.network: race for race in races if race.threads == 1}
    layers = sorted({layer.name.rpartition(".b")[0] for layer in LAYERS if layer.name in by_name})
    figure, axes = plt.subplots(figsize=(11, 4), dpi=110)
    for number, batch in enumerate((1, 64)):
        found = [by_name.get(f"{layer}.b{batch}") for layer in layers]
        heights = [race.ratio(race.best_peer()) or 0 if race else 0 for race in found]
        places = [group - 0.2 + 0.4 * number for group in range(len(layers))]
        bars = axes.bar(places, heights, 0.37, label=f"batch {batch}", color=_COLOURS[3 * number])
        axes.bar_label(bars, [f"{height:.1f}" if height else "" for height in heights], fontsize=8)
    axes.axhline(1, color="black", linewidth=1)
    axes.set_xticks(range(len(layers)), [layer.replace(".", "\n") for layer in layers])
    axes.set_ylabel("best dense time over dcmobile's")
    axes.set_title("Layers at the paper's densities, one thread")
    axes.legend()
    _finish(figure, axes, file)


def _finish(figure: plt.Figure, axes: plt.Axes, file: Path) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", alpha=0.3)
    axes.set_axisbelow(True)
    figure.tight_layout()
    figure.savefig(file)
    plt.close(figure)
