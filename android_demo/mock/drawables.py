"""Drawables as CSS and SVG."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from resources import ANDROID, Resources, chosen


def background_css(resources: Resources, reference: str | None, states: frozenset[str]) -> str:
    """Of a colour or a drawable: shape, ripple at rest, or selector."""
    if reference is None:
        return ""
    if not reference.startswith("@drawable/"):
        return f"background:{resources.colour(reference, states)};"
    return _of(resources, resources.drawable(reference.removeprefix("@drawable/")), states)


def _of(resources: Resources, drawable: Element, states: frozenset[str]) -> str:
    if drawable.tag == "selector":
        item = chosen(drawable, states)
        return _of(resources, item[0], states) if len(item) else ""
    if drawable.tag == "ripple":
        (item,) = drawable
        is_mask = item.get(f"{ANDROID}id") == "@android:id/mask"
        return "" if is_mask else _of(resources, item[0], states)
    assert drawable.tag == "shape", drawable.tag
    css = "border-radius:50%;" if drawable.get(f"{ANDROID}shape") == "oval" else ""
    for part in drawable:
        own = {key.removeprefix(ANDROID): value for key, value in part.attrib.items()}
        if part.tag == "solid":
            css += f"background:{resources.colour(own['color'], states)};"
        elif part.tag == "corners":
            css += f"border-radius:{resources.pixels(own['radius'])}px;"
        elif part.tag == "stroke":
            width, colour = resources.pixels(own["width"]), resources.colour(own["color"], states)
            css += f"box-shadow:inset 0 0 0 {width}px {colour};"
    return css


def vector_svg(resources: Resources, name: str, tint: str | None = None) -> str:
    """A vector drawable; with a tint all of it in that colour."""
    vector = resources.drawable(name)
    width, height = (vector.get(f"{ANDROID}viewport{side}") for side in ("Width", "Height"))
    paths = ""
    for path in vector:
        own = {key.removeprefix(ANDROID): value for key, value in path.attrib.items()}
        paths += f'<path d="{own["pathData"]}"'
        for ours, theirs in (("fillColor", "fill"), ("strokeColor", "stroke")):
            paths += f' {theirs}="{(tint or resources.colour(own[ours], frozenset())) if ours in own else "none"}"'
        for ours, theirs in (
            ("strokeWidth", "stroke-width"),
            ("strokeLineCap", "stroke-linecap"),
            ("strokeLineJoin", "stroke-linejoin"),
        ):
            paths += f' {theirs}="{own[ours]}"' if ours in own else ""
        paths += "/>"
    return f'<svg style="height:100%;max-width:100%" viewBox="0 0 {width} {height}">{paths}</svg>'
