"""Names of Java: what is an identifier, and which ones models and tensors get."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dcmobile.errors import CallError, Code

# The Java Language Specification, section 3.9, with the literals of 3.10.
_KEYWORDS = frozenset(
    word
    for line in (
        "abstract assert boolean break byte case catch char class const continue default do double else enum extends",
        "final finally float for goto if implements import instanceof int interface long native new package private",
        "protected public return short static strictfp super switch synchronized this throw throws transient try void",
        "volatile while _ true false null",
    )
    for word in line.split()
)
# What the generated class refers to by its short name.
_USED = frozenset(
    {"String", "Integer", "List", "Arrays", "Collections", "Model", "Options", "AssetManager", "BundleManifest"}
    | {"NonNull", "Object", "Override"}
)
_IDENTIFIER = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")


def is_identifier(text: str) -> bool:
    """Whether Java takes it as a name; ASCII only, which no tool chokes on."""
    return _IDENTIFIER.fullmatch(text) is not None and text not in _KEYWORDS


def split_class(name: str) -> tuple[str, str]:
    """Package and class of ``org.dcmobile.models.AppModels``. Raises ``CallError``."""
    package, dot, simple = name.rpartition(".")
    if not dot or not all(is_identifier(part) for part in name.split(".")):
        raise CallError(
            f"{name!r} is no Java class in a package: write it like org.example.AppModels", Code.CALL_ARGUMENT
        )
    if package == "org.dcmobile" or simple in _USED:
        raise CallError(
            f"{name!r} would hide a class that it uses: take another {'package' if simple not in _USED else 'name'}",
            Code.CALL_ARGUMENT,
        )
    return package, simple


def class_name(model: str, outer: str) -> str:
    """``MobilenetV2`` for ``mobilenet_v2``. Raises ``CallError`` where that is no Java name or is taken.

    outer: the class that it will be in.
    """
    words = re.findall(r"[A-Za-z0-9$]+", model)
    name = "".join(word[0].upper() + word[1:] for word in words)
    if not is_identifier(name):
        raise CallError(
            f"a model called {model!r} would be the Java class {name!r}, which is no name: give it another with "
            "NAME=FILE.dcmodel",
            Code.CALL_NAME,
        )
    if name in _USED or name == outer:
        raise CallError(
            f"a model called {model!r} would hide the Java class {name}: give it another name with NAME=FILE.dcmodel",
            Code.CALL_NAME,
        )
    return name


def constant_names(prefix: str, names: Sequence[str]) -> list[str]:
    """``INPUT_IMAGE`` for ``image``; the number in place of a name that Java cannot have, or has already."""
    by_number = [f"{prefix}_{index}" for index in range(len(names))]
    found: list[str] = []
    for name, number in zip(names, by_number, strict=True):
        words = "_".join(re.findall(r"[A-Za-z0-9]+", name)).upper()
        candidate = f"{prefix}_{words}" if words else number
        found.append(number if _with_shapes(found) & _with_shapes([candidate]) else candidate)
    return found if len(_with_shapes(found)) == 2 * len(found) else by_number


def _with_shapes(names: Sequence[str]) -> set[str]:
    """Each name gives two constants."""
    return {name + ending for name in names for ending in ("", "_SHAPE")}


def string_literal(text: str) -> str:
    """A Java string of any text, in ASCII."""
    units = text.encode("utf-16-be", "surrogatepass")
    codes = [int.from_bytes(units[i : i + 2], "big") for i in range(0, len(units), 2)]
    escapes = {ord('"'): '\\"', ord("\\"): "\\\\", ord("\n"): "\\n", ord("\r"): "\\r"}
    return '"' + "".join(escapes.get(c, chr(c) if 32 <= c < 127 else f"\\u{c:04x}") for c in codes) + '"'


def comment_text(text: str) -> str:
    """Any text as a part of a Javadoc comment: nothing in it ends the comment or is read as HTML or a tag."""
    plain = " _.-:/,[]()+=x"
    return "".join(each if each.isascii() and (each.isalnum() or each in plain) else f"&#{ord(each)};" for each in text)
