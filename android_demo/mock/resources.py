"""The app's resources as Android resolves them: by day or night, portrait or landscape, and by a view's state."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from xml.etree.ElementTree import Element

RES = Path(__file__).parents[1] / "app/src/main/res"
ANDROID = "{http://schemas.android.com/apk/res/android}"
APP = "{http://schemas.android.com/apk/res-auto}"
_STATE = f"{ANDROID}state_"


class Resources:
    """night, landscape: which qualifiers hold."""

    def __init__(self, night: bool, landscape: bool) -> None:
        self._layouts = ["layout-land", "layout"] if landscape else ["layout"]
        self._values: dict[tuple[str, str], str] = {}
        self._styles: dict[str, dict[str, str]] = {}
        self._parents: dict[str, str] = {}
        for folder in ("values", "values-night") if night else ("values",):
            for path in sorted((RES / folder).glob("*.xml")):
                for element in ElementTree.parse(path).getroot():
                    self._add(element)

    def _add(self, element: Element) -> None:
        name = element.get("name", "")
        if element.tag == "style":
            self._styles[name] = {item.get("name", "").removeprefix("android:"): item.text or "" for item in element}
            self._parents[name] = element.get("parent", name.rpartition(".")[0])
        else:
            self._values[element.tag, name] = (element.text or "").replace("\\'", "'")

    def layout(self, name: str) -> Element:
        """Root of the layout file."""
        path = next(path for folder in self._layouts if (path := RES / folder / f"{name}.xml").exists())
        return ElementTree.parse(path).getroot()

    def drawable(self, name: str) -> Element:
        """Root of the drawable's file."""
        return ElementTree.parse(RES / "drawable" / f"{name}.xml").getroot()

    def string(self, name: str, *places: str) -> str:
        """With its places filled."""
        text = self._values["string", name]
        for number, place in enumerate(places, 1):
            text = text.replace(f"%{number}$s", place).replace(f"%{number}$d", place)
        return text.replace("%%", "%")

    def style(self, name: str) -> dict[str, str]:
        """Its items, with those of its parents."""
        if name not in self._styles:
            return {}
        return self.style(self._parents[name]) | self._styles[name]

    def attributes(self, element: Element) -> dict[str, str]:
        """A view's own attributes and those of its style, without namespaces."""
        own = {key.removeprefix(ANDROID).removeprefix(APP): value for key, value in element.attrib.items()}
        return self.style(own.pop("style", "").removeprefix("@style/")) | own

    def pixels(self, value: str) -> float:
        """CSS pixels of a dimension: dp and sp are one each."""
        value = self._values["dimen", value.removeprefix("@dimen/")] if value.startswith("@dimen/") else value
        match = re.fullmatch(r"(-?[\d.]+)(dp|sp)?", value)
        assert match is not None, value
        return float(match[1])

    def text(self, value: str) -> str:
        """Of a reference to a string."""
        return self.string(value.removeprefix("@string/"))

    def colour(self, value: str, states: frozenset[str]) -> str:
        """CSS colour of a colour or a reference to one, or to a list by state."""
        if value == "@android:color/transparent":
            return "transparent"
        if value.startswith("@color/"):
            name = value.removeprefix("@color/")
            if ("color", name) not in self._values:
                item = chosen(ElementTree.parse(RES / "color" / f"{name}.xml").getroot(), states)
                found = self.colour(item.get(f"{ANDROID}color", ""), states)
                return found + format(round(255 * float(item.get(f"{ANDROID}alpha", "1"))), "02x")
            value = self._values["color", name]
        return f"#{value[3:]}{value[1:3]}" if len(value) == 9 else value


def chosen(selector: Element, states: frozenset[str]) -> Element:
    """The first item whose states hold."""
    for item in selector:
        wanted = {key.removeprefix(_STATE): value == "true" for key, value in item.attrib.items() if _STATE in key}
        if all((state in states) == wish for state, wish in wanted.items()):
            return item
    raise LookupError(f"no item for {sorted(states)}")
