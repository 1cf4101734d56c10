"""This project's Huffman decoder beside zstd's, on the symbols of compressed networks."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.files import ensure_network
from benchmarks.folder import BUILD, network_folder

_FILE = BUILD / "huffman.json"
_STREAMS = (("alexnet", "conv3"), ("alexnet", "fc6"), ("vgg16", "conv4_2"), ("vgg16", "fc7"))
_MOST = 1 << 20  # symbols: both results stay in the cache, so that decoding is what is timed

Symbols = npt.NDArray[np.uint8]


def kept() -> list[dict[str, Any]]:
    """What an earlier call measured."""
    figures: list[dict[str, Any]] = json.loads(_FILE.read_text()) if _FILE.exists() else []
    return figures


def measure(rounds: int, seconds: float) -> list[dict[str, Any]]:
    """Symbols a second of both decoders, one thread, rounds interleaved; the fastest call counts."""
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(allowed)})
    try:
        figures = []
        for network, layer in _STREAMS:
            gaps, codes = _layer_symbols(network, layer)
            for kind, symbols in (("gaps", gaps), ("codes", codes)):
                figures.append({"stream": f"{network} {layer}, {kind}", **_compare(symbols[:_MOST], rounds, seconds)})
    finally:
        os.sched_setaffinity(0, allowed)
    _FILE.write_text(json.dumps(figures, indent=1))
    return figures


def _layer_symbols(network: str, layer: str) -> tuple[Symbols, Symbols]:
    """The gap and code symbols of a layer, as format.md, section 5, defines them."""
    from dcmobile.fileformat import read_file

    folder = network_folder(network)
    ensure_network(folder)
    loaded = read_file(folder.dcmodel)
    name = next(each for each in loaded.graph.weights if each.startswith(f"{layer}."))
    sharing = loaded.graph.weights[name].sharing
    assert sharing is not None
    gap_bits = loaded.statistics[name].gap_bits
    return _gaps_and_codes(sharing.codes.reshape(-1), gap_bits)


def _gaps_and_codes(codes: npt.NDArray[np.uint16], gap_bits: int) -> tuple[Symbols, Symbols]:
    places = np.flatnonzero(codes)
    skip = (1 << gap_bits) - 1
    gaps = np.diff(places, prepend=-1) - 1
    skips = gaps // skip
    ends = np.cumsum(skips + 1) - 1  # where the last symbol of each gap stands
    symbols = np.full(int(ends[-1]) + 1, skip, np.uint8)
    symbols[ends] = gaps % skip
    return symbols, (codes[places] - 1).astype(np.uint8)


def _compare(symbols: Symbols, rounds: int, seconds: float) -> dict[str, Any]:
    import zstandard

    from dcmobile import _native

    streams = _native.encode_symbols(symbols)
    room = np.empty_like(symbols)
    frame = zstandard.ZstdCompressor(compression_params=_literals_only(zstandard)).compress(symbols.tobytes())
    decompressor = zstandard.ZstdDecompressor()
    streams.decode(room)
    assert np.array_equal(room, symbols)
    assert decompressor.decompress(frame) == symbols.tobytes()
    own, other = [], []
    for _ in range(rounds):
        own.append(_fastest(lambda: streams.decode(room), seconds / 4))
        other.append(_fastest(lambda: decompressor.decompress(frame), seconds / 4))
    share = np.bincount(symbols) / symbols.size
    share = share[share > 0]
    return {
        "symbols": int(symbols.size),
        "entropy_bits": float(-(share * np.log2(share)).sum()),
        "own_bits": streams.bytes * 8 / symbols.size,
        "zstd_bits": len(frame) * 8 / symbols.size,
        "own_gsymbols": symbols.size / min(own),
        "zstd_gsymbols": symbols.size / min(other),
    }


def _literals_only(zstandard: Any) -> Any:
    """Parameters under which the match finder looks almost nowhere: 64 places, matches of 7 bytes and more."""
    return zstandard.ZstdCompressionParameters(
        strategy=zstandard.STRATEGY_FAST, window_log=17, hash_log=6, chain_log=6, search_log=1, min_match=7,
        target_length=0,
    )  # fmt: skip


def _fastest(call: Callable[[], Any], seconds: float) -> float:
    """Nanoseconds of the fastest of many calls."""
    fastest = float("inf")
    end = time.perf_counter_ns() + int(seconds * 1e9)
    while (begin := time.perf_counter_ns()) < end:
        call()
        fastest = min(fastest, time.perf_counter_ns() - begin)
    return fastest
