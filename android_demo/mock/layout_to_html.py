"""Layout files as HTML: linear layouts as flex boxes, frames as grids, drawables as boxes and SVG."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element

from drawables import background_css, vector_svg
from resources import Resources

#: What code puts into a view, by its id, or "row/id" inside an included row: text, share, states, shown, ...
Content = Mapping[str, Mapping[str, Any]]

_WEIGHTS = {"sans-serif-medium": 500, "sans-serif-light": 300}
_ALIGN = {"center": "center", "viewEnd": "right", "viewStart": "left"}


class Renderer:
    """content: for ids of the layouts that are rendered."""

    def __init__(self, resources: Resources, content: Content) -> None:
        self._resources = resources
        self._content = content

    def layout(self, name: str) -> str:
        """HTML of a layout file."""
        return self._view(self._resources.layout(name), {}, "column", "", frozenset(["enabled"]))

    def _view(self, element: Element, over: Mapping[str, str], parent: str, row: str, inherited: frozenset[str]) -> str:
        attributes = self._resources.attributes(element) | dict(over)
        if element.tag == "include":
            inner = {key: value for key, value in attributes.items() if key != "layout"}
            row = inner.get("id", "").removeprefix("@+id/")
            return self._view(
                self._resources.layout(attributes["layout"].removeprefix("@layout/")), inner, parent, row, inherited
            )
        name = attributes.get("id", "").removeprefix("@+id/")
        content = self._content.get(f"{row}/{name}", self._content.get(name, {}))
        if not content.get("shown", attributes.get("visibility") != "gone"):
            return ""
        states = frozenset(content.get("states", ["enabled"]))
        if attributes.get("duplicateParentState") == "true":
            states = inherited
        css = self._box(attributes, parent) + background_css(self._resources, attributes.get("background"), states)
        css += content.get("css", "")
        kind = element.tag.rpartition(".")[2]
        if kind in ("LinearLayout", "RadioGroup", "FrameLayout", "ScrollView"):
            return self._group(element, kind, attributes, css, row, states)
        inside, more = self._leaf(kind, attributes, content, states)
        return f'<div style="{css}{more}">{inside}</div>'

    def _group(
        self, element: Element, kind: str, attributes: dict[str, str], css: str, row: str, states: frozenset[str]
    ) -> str:
        vertical = kind == "ScrollView" or attributes.get("orientation") == "vertical"
        direction = "grid" if kind == "FrameLayout" else "column" if vertical else "row"
        if kind == "FrameLayout":
            css += "display:grid;overflow:hidden;"
        else:
            css += f"display:flex;flex-direction:{direction};min-height:0;"
            gravity = attributes.get("gravity", "")
            if gravity == "center":
                css += "align-items:center;justify-content:center;"
            elif gravity == "center_vertical":
                css += "justify-content:center;" if vertical else "align-items:center;"
            else:
                css += "align-items:flex-start;"
        css += "overflow:hidden;" if kind == "ScrollView" else ""
        inside = "".join(self._view(child, {}, direction, row, states) for child in element)
        return f'<div style="{css}">{inside}</div>'

    def _box(self, attributes: dict[str, str], parent: str) -> str:
        css = "box-sizing:border-box;"
        if parent == "grid":
            css += "grid-area:1/1;min-width:0;min-height:0;"
        weight = attributes.get("layout_weight")
        for side, along in (("width", "row"), ("height", "column")):
            size = attributes.get(f"layout_{side}", "wrap_content")
            if weight and parent == along:
                css += f"flex:{weight} 1 0;min-{side}:0;"
            elif size == "match_parent":
                css += f"{side}:100%;" if parent != along or side == "width" else "flex:1 1 auto;"
            elif size != "wrap_content":
                css += f"{side}:{self._resources.pixels(size)}px;flex-shrink:0;"
            if f"min{side.title()}" in attributes:
                css += f"min-{side}:{self._resources.pixels(attributes[f'min{side.title()}'])}px;"
        css += "flex-shrink:0;" if parent == "column" and not weight else ""
        for ours, theirs in (("layout_margin", "margin"), ("padding", "padding")):
            for end, edge in (("", ""), ("Top", "-top"), ("Bottom", "-bottom"), ("Start", "-left"), ("End", "-right")):
                if ours + end in attributes:
                    css += f"{theirs}{edge}:{self._resources.pixels(attributes[ours + end])}px;"
        return css

    def _leaf(
        self, kind: str, attributes: dict[str, str], content: Mapping[str, Any], states: frozenset[str]
    ) -> tuple[str, str]:
        """What is in the view, and CSS of its own."""
        if kind in ("TextView", "Button", "RadioButton", "Spinner"):
            return self._text(kind, attributes, content, states)
        if kind in ("ImageView", "ImageButton"):
            if "picture" in content:
                return "", f"background:url({content['picture']}) center/cover;"
            tint = self._resources.colour(attributes.get("tint", "@color/text"), states)
            svg = vector_svg(self._resources, attributes["src"].removeprefix("@drawable/"), tint)
            return svg, "display:flex;align-items:center;justify-content:center;"
        colours: dict[str, str] = {
            key: self._resources.colour(attributes[key], states)
            for key in ("barColor", "trackColor")
            if key in attributes
        }
        if kind == "BarView":
            width = f"width:max({100 * content['share']:.3f}%, {attributes['layout_height'] and 8}px)"
            bar = f'<div style="height:100%;border-radius:99px;{width};background:{colours["barColor"]}"></div>'
            return bar, f"background:{colours['trackColor']};border-radius:99px;overflow:hidden;"
        if kind == "SplitBarView":
            parts = zip(("map", "verify", "decode", "plan"), content["parts"], strict=True)
            inside = "".join(
                f'<div style="flex:{part} 1 0;{background_css(self._resources, f"@color/load_{name}", states)}"></div>'
                for name, part in parts
            )
            return inside, "display:flex;border-radius:99px;overflow:hidden;"
        if kind == "RunTimesView":
            return self._run_times(content["times"], content["median"], content["p90"], colours), "position:relative;"
        assert kind == "View", kind
        return "", ""

    def _text(
        self, kind: str, attributes: dict[str, str], content: Mapping[str, Any], states: frozenset[str]
    ) -> tuple[str, str]:
        text = content.get("text") or (self._resources.text(attributes["text"]) if "text" in attributes else "")
        size = self._resources.pixels(attributes.get("textSize", "15sp"))
        css = f"font-size:{size}px;line-height:{1.172 * float(attributes.get('lineSpacingMultiplier', '1')):.3f};"
        css += f"font-weight:{_WEIGHTS.get(attributes.get('fontFamily', ''), 400)};"
        css += f"color:{self._resources.colour(attributes.get('textColor', '@color/text'), states)};"
        css += f"text-align:{_ALIGN[attributes.get('textAlignment', 'viewStart')]};"
        css += "font-variant-numeric:tabular-nums;" if "fontFeatureSettings" in attributes else ""
        if attributes.get("gravity") == "center" and kind != "TextView":
            css += "display:flex;align-items:center;justify-content:center;text-align:center;"
        inside = html.escape(text)
        if "drawableStart" in attributes:
            dot = background_css(self._resources, attributes["drawableStart"], states)
            gap = self._resources.pixels(attributes["drawablePadding"])
            inside = f'<span style="width:12px;height:12px;{dot}"></span><span>{inside}</span>'
            css += f"display:flex;align-items:center;gap:{gap}px;"
        if kind == "Spinner":
            grey = self._resources.colour("@color/text_secondary", states)
            arrow = f'<span style="border:5px solid transparent;border-top-color:{grey};margin:5px 8px 0"></span>'
            inside = f'<span style="flex:1;padding:0 4px;overflow:hidden;white-space:nowrap">{inside}</span>{arrow}'
            css += "display:flex;align-items:center;"
        return inside, css

    @staticmethod
    def _run_times(times: list[float], median: float, p90: float, colours: dict[str, str]) -> str:
        most, step = max(times), 1000 / len(times)
        columns = "".join(
            f'<rect x="{i * step:.1f}" y="{84 * (1 - time / most):.2f}" width="{step * 0.75:.1f}" height="84" rx="2" '
            f'fill="{colours["trackColor"] if time > p90 else colours["barColor"]}"/>'
            for i, time in enumerate(times)
        )
        y = 84 * (1 - median / most)
        line = f'<line x1="0" x2="1000" y1="{y:.2f}" y2="{y:.2f}" stroke="currentColor" stroke-width="1"/>'
        return (
            '<svg width="100%" height="100%" viewBox="0 0 1000 84" preserveAspectRatio="none" '
            f'style="position:absolute;overflow:hidden">{columns}{line}</svg>'
        )
