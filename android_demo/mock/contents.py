"""What the app's code would put into the views of its three screens, with the words of its own strings."""

from __future__ import annotations

from typing import Any

from figures import Figures, percentile
from resources import Resources

Content = dict[str, dict[str, Any]]

_SELECTED = frozenset(["enabled", "selected"])
_CHECKED = frozenset(["enabled", "checked"])


class Contents:
    """picture: its address."""

    def __init__(self, resources: Resources, figures: Figures, picture: str) -> None:
        self._r = resources
        self._f = figures
        self._picture = picture

    def of(self, screen: str, first_time: bool = False) -> Content:
        """screen: classify, compare or benchmark. first_time: nothing was done yet."""
        content: Content = {
            f"screen_{name}": {"shown": name == screen} for name in ("classify", "compare", "benchmark")
        }
        content[f"tab_{screen}"] = {"states": _SELECTED}
        filled = {"classify": self._classify, "compare": self._compare, "benchmark": self._benchmark}[screen]
        return content | filled(first_time)

    def _classify(self, first_time: bool) -> Content:
        size = self._bytes(self._f.reports[0]["file_bytes"])
        network = self._r.string("classify_network", self._r.string("network_name"), size)
        content: Content = {"classify_network": {"text": network}}
        if first_time:
            return content
        content |= {
            "classify_empty": {"shown": False},
            "classify_picture": {"shown": True, "picture": self._picture},
            "classify_sample": {"shown": False},
            "classify_result": {"shown": True},
            "classify_times": {
                "text": self._r.string("classify_times", self._time(self._f.run_ns), self._time(self._f.prepare_ns))
            },
        }
        for number, score in enumerate(self._f.best[0], 1):
            row = f"classify_score_{number}"
            content[f"{row}/score_label"] = {"text": score.label}
            content[f"{row}/score_percent"] = {"text": self._percent(score.probability)}
            content[f"{row}/score_bar"] = {"share": score.probability}
        return content

    def _compare(self, first_time: bool) -> Content:
        one, other = self._f.reports
        sizes = [report["file_bytes"] for report in self._f.reports]
        content: Content = {
            "compare_smaller": {"text": self._r.string("compare_smaller", _digits(sizes[1] / sizes[0]))},
            "compare_smaller_file": {"text": self._r.string("compare_smaller_file", *map(self._bytes, sizes))},
        }
        if first_time:
            return content
        content["compare_start"] = {"text": self._r.string("compare_again")}
        content["compare_result"] = content["compare_best"] = {"shown": True}
        loads = [
            1e6 * sum(report["load_ms"][step] for step in ("map", "verify", "decode", "plan"))
            for report in (one, other)
        ]
        memory = [report["memory_bytes"]["weights"] + report["memory_bytes"]["arena"] for report in (one, other)]
        rows: dict[str, tuple[list[Any], Any]] = {
            "file": (sizes, self._bytes),
            "load": (loads, self._time),
            "median": ([percentile(times, 0.5) for times in self._f.pairs], self._time),
            "p90": ([percentile(times, 0.9) for times in self._f.pairs], self._time),
            "memory": (memory, self._bytes),
        }
        for name, (values, text) in rows.items():
            content[f"compare_{name}/comparison_title"] = {"text": self._r.string(f"compare_{name}")}
            for side, value in zip(("one", "other"), values, strict=True):
                content[f"compare_{name}/comparison_{side}"] = {"text": text(value)}
                content[f"compare_{name}/comparison_{side}_bar"] = {"share": value / max(values)}
        content["compare_runs"] = {"text": self._r.string("compare_runs", str(len(self._f.pairs[0])))}
        for side, scores in zip(("one", "other"), self._f.best, strict=True):
            label, percent = scores[0].label or "", self._percent(scores[0].probability)
            content[f"compare_best_{side}"] = {"text": self._r.string("compare_best_of", label, percent)}
        return content

    def _benchmark(self, first_time: bool) -> Content:
        report, times = self._f.reports[0], self._f.every_run
        model = self._r.string("benchmark_model_size", self._f.names[0], self._bytes(report["file_bytes"]))
        content: Content = {
            "benchmark_model": {"text": model},
            "device_cpu": {"states": _CHECKED},
            "device_gpu": {"states": []},
            "device_none": {"shown": True},
        }
        for name, number in (("threads", 1), ("warm_up", 10), ("runs", len(times))):
            content[f"benchmark_{name}/stepper_label"] = {"text": self._r.string(f"benchmark_{name}")}
            content[f"benchmark_{name}/stepper_value"] = {"text": str(number)}
        content["benchmark_threads/stepper_less"] = {"states": []}
        if first_time:
            return content
        median, p90 = percentile(times, 0.5), percentile(times, 0.9)
        load, memory = report["load_ms"], report["memory_bytes"]
        steps = {step: 1e6 * load[step] for step in ("map", "verify", "decode", "plan")}
        content |= {
            "benchmark_result": {"shown": True},
            "result_median": {"text": self._time(median)},
            "result_median_of": {"text": self._r.string("benchmark_median", str(len(times)))},
            "result_chart": {"times": times, "median": median, "p90": p90},
            "result_load": {"text": self._r.string("benchmark_load", self._time(1e6 * load["open"]))},
            "result_load_split": {"parts": list(steps.values())},
            "result_energy": {"shown": False},
            "result_energy_source": {"text": self._r.string("energy_none")},
        }
        for step, time in steps.items():
            content[f"result_load_{step}"] = {"text": self._r.string(f"load_{step}", self._time(time))}
        rows = {
            "min": ("benchmark_min", self._time(min(times))),
            "p90": ("benchmark_p90", self._time(p90)),
            "p99": ("benchmark_p99", self._time(percentile(times, 0.99))),
            "max": ("benchmark_max", self._time(max(times))),
            "first": ("benchmark_first", self._time(self._f.first_run)),
            "weights": ("memory_weights", self._bytes(memory["weights"])),
            "arena": ("memory_arena", self._bytes(memory["arena"])),
            "peak": ("memory_peak", self._bytes(memory["peak_rss"])),
        }
        for row, (label, value) in rows.items():
            content[f"result_{row}/figure_label"] = {"text": self._r.string(label)}
            content[f"result_{row}/figure_value"] = {"text": value}
        return content

    def _bytes(self, number: float) -> str:
        return self._quantity(number, (("kilobyte", 1e3), ("megabyte", 1e6), ("gigabyte", 1e9)))

    def _time(self, ns: float) -> str:
        return self._quantity(ns, (("microsecond", 1e3), ("millisecond", 1e6), ("second", 1e9)))

    def _quantity(self, value: float, units: tuple[tuple[str, float], ...]) -> str:
        """As Quantity.java."""
        name, size = next((unit for unit in units if value < 999.5 * unit[1]), units[-1])
        return self._r.string(f"unit_{name}", _digits(value / size))

    def _percent(self, share: float) -> str:
        return self._r.string("percent", f"{100 * share:.1f}")


def _digits(value: float) -> str:
    return f"{value:.2f}" if value < 9.995 else f"{value:.1f}" if value < 99.95 else f"{value:.0f}"
