"""The measured part of docs/benchmarks.md."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.layers import LAYERS
from benchmarks.networks import NETWORKS
from benchmarks.results import OWN, PRECISIONS, TITLES, Race

_DELEGATE = "executorch_dcmobile"
BEGIN, END = "<!-- measured: begin (make bench writes what is between these lines) -->", "<!-- measured: end -->"


def replace_measured(page: Path, text: str) -> None:
    """Put the text between the two marks of the page. Raises ``ValueError`` if the page has none."""
    before, begin, rest = page.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{page} has no lines {BEGIN!r} and {END!r}")
    page.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{after}")


def measured(report: dict[str, Any], races: Sequence[Race]) -> str:
    """All tables."""
    networks = [race for race in races if race.network in {network.name for network in NETWORKS}]
    layers = [race for race in races if race.network in {layer.name for layer in LAYERS}]
    parts = [_machine(report), _other_load(races), _overview(networks)]
    for network in NETWORKS:
        if own := [race for race in networks if race.network == network.name]:
            parts.append(f"### {network.title}\n\n" + _network(own))
    parts.append(_failures(networks))
    parts.append(_loading(networks))
    parts.append(_executorch(networks))
    if layers:
        parts.append(_layers(layers))
    if report.get("huffman"):
        parts.append(_huffman(report["huffman"]))
    return "\n\n".join(part for part in parts if part) + "\n"


def _table(header: Sequence[str], lines: Sequence[Sequence[str]], numbers_from: int = 1) -> str:
    rule = ["---" if column < numbers_from else "---:" for column in range(len(header))]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (header, rule, *lines))


def _machine(report: dict[str, Any]) -> str:
    machine = report["machine"]
    kind = f"{machine['processor']}{', a virtual machine' if machine['virtual'] else ''}"
    inside = f"{', '.join(machine['caches'])}; {', '.join(machine['vector_extensions'])}"
    around = f"{machine['memory_bytes'] / 2**30:.0f} GiB of memory, {machine['system']}, {machine['compiler']}"
    versions = ", ".join(f"{TITLES[name].strip('*')} {version}" for name, version in report["versions"].items())
    return (
        f"Measured on {report['date']}: {kind} with {machine['processors']} processors ({inside}), {around},\n"
        f"Python {machine['python']}. One processor does {machine['gemm_gflops']:.0f} GFLOP/s in PyTorch's fp32\n"
        f"matrix product and reads {machine['read_gbytes']:.0f} GB/s from memory.\n\n"
        f"{versions}.\n\n{report['rounds']} rounds of {report['seconds']:g} s for each runtime."
    )


def _other_load(races: Sequence[Race]) -> str:
    """Whether the figures can be trusted: a disturbed run says so itself."""
    loads = [load for race in races for load in race.other_load if load is not None]
    if not loads:
        return ""
    mean, most = sum(loads) / len(loads), max(loads)
    text = f"Other programs used {mean:.0%} of the processors on average between the turns, {most:.0%} at most."
    if mean > 0.1:
        text += (
            "\n**The machine was not quiet:** times are longer than they need be, most of all with as many threads as\n"
        )
        text += "processors, and ratios are rough."
    return text


def _overview(races: Sequence[Race]) -> str:
    """The best peer's time over this project's, a network a line."""
    lines = []
    for network in NETWORKS:
        own = {race.threads: race for race in races if race.network == network.name}
        if not own:
            continue
        one = own.get(1) or next(iter(own.values()))
        best = one.best_peer()
        ratios = [own[threads].ratio(own[threads].best_peer()) if threads in own else None for threads in (1, 2)]
        called = one.ratio(best, "dcmobile_python")
        line = [network.title, f"{network.goal:g}" if network.goal else "", *map(_ratio, ratios)]
        line += [TITLES[best] if best else "-", _ratio(called), _ratio(one.ratio("onnxruntime_int8")), _speed_up(own)]
        lines.append(line)
    header = ["network", "goal", "1 thread", "2 threads", "best peer", "from Python", "int8", "2 threads over 1"]
    return (
        "### Ratios\n\n"
        "The time of the best fp32 or fp16 peer over this project's: higher is better, 1 is a draw. *From Python* is\n"
        "the same with this project called through its Python package, as the peers are, and *int8* the time of ONNX\n"
        "Runtime int8 over this project's, both for 1 thread. The last column is this project's own speed-up.\n\n"
        + _table(header, lines)
        + "\n\n![Ratios of all runtimes](benchmarks.png)"
    )


def _speed_up(own: dict[int, Race]) -> str:
    one, two = (own[threads].timed(OWN) if threads in own else None for threads in (1, 2))
    return f"{one['median_ms'] / two['median_ms']:.2f}" if one and two else ""


def _network(races: Sequence[Race]) -> str:
    by_threads = {race.threads: race for race in races}
    first = races[0]
    header = ["runtime", "arithmetic"]
    for threads in by_threads:
        header += [f"{threads} thread{'s' if threads > 1 else ''}, ms", "ratio"]
    header += ["file, MB", "load, ms", "peak, MB", "of it imports", "error"]
    lines = []
    for name in TITLES:
        if not any(race.timed(name) for race in races):
            continue
        line = [TITLES[name], PRECISIONS[name]]
        for race in by_threads.values():
            line += [_time(race.timed(name)), _ratio(race.ratio(name))]
        facts = first.timed(name) or next(facts for race in races if (facts := race.timed(name)))
        line += [f"{facts['file_bytes'] / 1e6:.3f}", f"{facts['load_ms']:.1f}", f"{facts['peak_rss_bytes'] / 1e6:.0f}"]
        line += [f"{facts['imported_rss_bytes'] / 1e6:.0f}", f"{facts['max_rel_err']:.0e}"]
        lines.append(line)
    return _table(header, lines, 2)


def _failures(races: Sequence[Race]) -> str:
    reasons: dict[tuple[str, str, str], list[int]] = {}
    for race in races:
        for name, facts in race.runtimes.items():
            if "failed" in facts:
                reasons.setdefault((race.network, name, facts["failed"]), []).append(race.threads)
    if not reasons:
        return ""
    lines = [f"- {network}, {TITLES[name].strip('*')}: {reason}" for network, name, reason in reasons]
    return "### Not timed\n\n" + "\n".join(lines)


def _loading(races: Sequence[Race]) -> str:
    lines = []
    for race in races:
        facts = race.timed(OWN)
        if facts is None or race.threads != 1:
            continue
        split = facts["load_split_ms"]
        parts = [f"{split[part]:.2f}" for part in ("open", "map", "verify", "decode", "plan")]
        share = f"{split['verify'] / split['open']:.1%}"
        memory = [f"{facts[key] / 1e6:.2f}" for key in ("weight_bytes", "peak_rss_bytes")]
        lines.append([_title(race.network), *parts, share, *memory])
    header = ["network", "load, ms", "map", "verify", "decode", "plan", "verify, share", "weights, MB", "peak, MB"]
    return (
        "### Loading this project's files\n\n"
        "One thread, the file in the page cache, the fastest of five. *Weights* is what they take in memory, *peak*\n"
        "the most that a fresh dcmobile-bench process had resident.\n\n" + _table(header, lines)
    )


def _executorch(races: Sequence[Race]) -> str:
    """The delegate beside the runtime alone, both called from Python, and beside XNNPACK's .pte."""
    lines = []
    for race in races:
        facts, alone, other = (race.timed(name) for name in (_DELEGATE, "dcmobile_python", "executorch"))
        if facts is None:
            continue
        line = [_title(race.network), str(race.threads), _time(facts), _time(alone), _time(other)]
        line += [_ratio(race.ratio(_DELEGATE, "dcmobile_python")), _ratio(race.ratio("executorch", _DELEGATE))]
        for each in (facts, other):
            line += [f"{each['file_bytes'] / 1e6:.3f}", _loaded(each)] if each else ["-", "-"]
        lines.append(line)
    if not lines:
        return ""
    header = ["network", "threads", "delegate, ms", "dcmobile from Python, ms", "XNNPACK, ms", "delegate over dcmobile"]
    header += ["XNNPACK over delegate", "delegate, file, MB", "memory, MB", "XNNPACK, file, MB", "memory, MB"]
    return (
        "### As a delegate of ExecuTorch\n\n"
        "The same compressed network in a .pte with this project's delegate, and the .pte of the pure XNNPACK\n"
        "delegate, both in ExecuTorch's Python runtime. *Memory* is the peak less what was resident before loading.\n"
        "XNNPACK's path cannot load AlexNet, whose normalisation it has no kernel for.\n\n" + _table(header, lines)
    )


def _loaded(facts: dict[str, Any]) -> str:
    return f"{(facts['peak_rss_bytes'] - facts['imported_rss_bytes']) / 1e6:.1f}"


def _layers(races: Sequence[Race]) -> str:
    lines = []
    for race in races:
        own = race.timed(OWN)
        if own is None:
            continue
        kernel = ", ".join(f"`{op['kernel']}`" for op in own["operators"] if op["macs"] > 0)
        line = [_title(race.network), _time(own), kernel]
        for best in (race.best_peer(), race.best_peer("fp32")):
            line += [_time(race.timed(best or "")), TITLES[best] if best else "-", _ratio(race.ratio(best))]
        lines.append(line)
    header = [
        "layer",
        "dcmobile, ms",
        "kernel",
        "best dense, ms",
        "runtime",
        "ratio",
        "best fp32, ms",
        "runtime",
        "ratio",
    ]
    return (
        "### Layer by layer\n\n"
        "Single layers at the paper's densities beside the best dense one (the paper's Figure 9), one thread. Half of\n"
        "the input is zero, as after a ReLU.\n\n"
        + _table(header, lines)
        + "\n\n![Sparse against dense layers](benchmarks-layers.png)"
    )


def _huffman(figures: Sequence[dict[str, Any]]) -> str:
    lines = [
        [
            each["stream"],
            f"{each['symbols']:,}",
            f"{each['entropy_bits']:.3f}",
            f"{each['own_bits']:.3f}",
            f"{each['zstd_bits']:.3f}",
            f"{each['own_gsymbols']:.2f}",
            f"{each['zstd_gsymbols']:.2f}",
            f"{each['own_gsymbols'] / each['zstd_gsymbols']:.2f}",
        ]
        for each in figures
    ]
    header = ["stream", "symbols", "entropy, bits", "this project", "zstd", "Gsymbols/s", "zstd", "ratio"]
    return (
        "### Huffman decoding\n\n"
        "The symbols of one layer through this project's decoder and through zstd's, one thread, rounds interleaved.\n"
        "zstd is made to find almost no matches, so that nearly all it decodes is Huffman-coded literals.\n\n"
        + _table(header, lines)
    )


def _title(name: str) -> str:
    return next(each.title for each in (*NETWORKS, *LAYERS) if each.name == name)


def _time(facts: dict[str, Any] | None) -> str:
    """The median of the rounds' medians, and the least and largest of them."""
    if not facts:
        return "-"
    low, high = facts["spread_ms"]
    digits = 4 if facts["median_ms"] < 0.1 else 3 if facts["median_ms"] < 10 else 1
    return f"{facts['median_ms']:.{digits}f} ({low:.{digits}f}-{high:.{digits}f})"


def _ratio(value: float | None) -> str:
    return f"{value:.2f}" if value else "-"
