"""Text from files made safe for a terminal."""

from __future__ import annotations


def printable(text: str) -> str:
    """The text on one line, with escapes for what would not show or would steer the terminal.

    Names in a file come from whoever made it: control characters, line breaks, direction marks and lone surrogates
    become ``\\x1b``, ``\\n``, ``\\u202e`` and the like.
    """
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape", "surrogatepass").decode("ascii")
        for character in text
    )


def shortened(text: str, width: int) -> str:
    """At most ``width`` characters: the middle gives way, since both ends of a module path tell layers apart."""
    if len(text) <= width:
        return text
    front = (width - 1) // 3
    return f"{text[:front]}\u2026{text[len(text) - (width - 1 - front) :]}"
