"""Huffman codes: section 5 of docs/format.md, bit by bit."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from plain_flatbuffer import require

MAX_LENGTH = 11

Symbols = NDArray[np.int64]


class Code:
    """5.1: a canonical code, made from the length of each symbol's code word (0: does not occur)."""

    def __init__(self, lengths: Sequence[int]) -> None:
        require(all(0 <= n <= MAX_LENGTH for n in lengths), "a code word is longer than 11 bits")
        occurring = [symbol for symbol, n in enumerate(lengths) if n]
        self.is_empty = not occurring
        self.only_symbol = occurring[0] if len(occurring) == 1 else None
        if self.only_symbol is not None:
            require(lengths[self.only_symbol] == 1, "the only symbol of a code has not the length 1")
        elif occurring:
            # In units of 2^-11, so that the sum is exact.
            total = sum(1 << (MAX_LENGTH - lengths[symbol]) for symbol in occurring)
            require(total == 1 << MAX_LENGTH, "the code words do not use up the code space exactly")

        # Keyed by (length, word): 0 and 00 are different words.
        self.symbols: dict[tuple[int, int], int] = {}
        word, previous = 0, 0
        for symbol in sorted(occurring, key=lambda s: (lengths[s], s)):
            word <<= lengths[symbol] - previous
            previous = lengths[symbol]
            self.symbols[previous, word] = symbol
            word += 1


def unpack_lengths(packed: bytes, alphabet: int) -> list[int]:
    """5.2: the code lengths of all symbols of the alphabet."""
    nibbles = [half for byte in packed for half in (byte & 15, byte >> 4)]
    lengths: list[int] = []
    repeatable = 0  # the length just given, 0 if there is none
    i = 0
    while i < len(nibbles):
        nibble = nibbles[i]
        require(nibble <= 12, f"packed code lengths hold the nibble {nibble}")
        if nibble == 0 and i + 1 == len(nibbles):
            break  # padding
        if 1 <= nibble <= MAX_LENGTH:
            lengths.append(nibble)
            repeatable = nibble
            i += 1
        else:
            require(i + 1 < len(nibbles), "packed code lengths end within a run")
            r = nibbles[i + 1]
            if nibble == 0:
                lengths += [0] * (r + 1)
                repeatable = 0
            else:
                require(repeatable > 0, "packed code lengths repeat a length where none was just given")
                lengths += [repeatable] * (r + 3)
            i += 2
        require(len(lengths) <= alphabet, "packed code lengths go beyond the alphabet")
    return lengths + [0] * (alphabet - len(lengths))


def decode_stream(code: Code, data: bytes, count: int) -> list[int]:
    """5.3: the `count` symbols of one stream, which must end in its last byte with zero fill."""
    symbols: list[int] = []
    length, word = 0, 0
    bit_count = 8 * len(data)
    i = 0
    while len(symbols) < count:
        require(i < bit_count, "a stream ends before its last symbol")
        bit = data[i // 8] >> (i % 8) & 1
        i += 1
        length, word = length + 1, word << 1 | bit
        symbol = code.symbols.get((length, word))
        if symbol is not None:
            symbols.append(symbol)
            length, word = 0, 0
    require(bit_count - i < 8, "a stream has bytes after its last symbol")
    require(i == bit_count or data[-1] >> (i % 8) == 0, "a stream does not end with zero bits")
    return symbols


def decode_group(code: Code, streams: Sequence[bytes], n: int) -> Symbols:
    """5.3: the `n` symbols of a group from its four streams."""
    if code.only_symbol is not None:
        require(not any(streams), "a code with one symbol has streams that are not empty")
        return np.full(n, code.only_symbol, dtype=np.int64)
    q = -(-n // 4)
    symbols: list[int] = []
    for j, stream in enumerate(streams):
        count = max(0, min((j + 1) * q, n) - j * q)
        symbols += decode_stream(code, stream, count)
    return np.array(symbols, dtype=np.int64)
