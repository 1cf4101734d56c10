"""What can be said of the demo app without building it: its resources, its manifest and its sources hold together."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections import Counter
from pathlib import Path

import pytest
from java_tools import APP, DEMO, java_files

_MAIN = APP / "main"
_RES = _MAIN / "res"
_ANDROID = "{http://schemas.android.com/apk/res/android}"
_XML = sorted([*_RES.rglob("*.xml"), _MAIN / "AndroidManifest.xml"])
_LAYOUTS = sorted(_RES.glob("layout*/*.xml"))
_JAVA = java_files(_MAIN / "java")
_REFERENCE = re.compile(r"@(\+?)(id|string|color|dimen|bool|drawable|layout|style|mipmap)/([\w.]+)")


def _defined() -> set[tuple[str, str]]:
    """Every resource as (kind, name)."""
    found = set()
    for path in _XML:
        kind = path.parent.name.split("-")[0]
        if kind == "values":
            for element in ElementTree.parse(path).getroot():
                found.add((element.tag, element.get("name", "").replace(".", "_")))
        elif path.parent.parent == _RES:
            found.add((kind, path.stem))
        found |= {("id", match[3]) for match in _REFERENCE.finditer(path.read_text()) if match[1]}
    return found


def test_every_file_parses() -> None:
    assert len(_XML) > 40
    for path in _XML:
        ElementTree.parse(path)


def test_everything_that_is_referred_to_exists() -> None:
    defined = _defined()
    for path in _XML:
        for added, kind, name in _REFERENCE.findall(path.read_text()):
            assert added or (kind, name.replace(".", "_")) in defined, f"{path.name}: @{kind}/{name}"
    for file in _JAVA:
        for kind, name in re.findall(
            r"(?<![\w.])R\.(id|string|color|dimen|layout|style|drawable)\.(\w+)", file.read_text()
        ):
            assert (kind, name) in defined, f"{file.name}: R.{kind}.{name}"


def test_nothing_is_left_over() -> None:
    used = {(kind, name.replace(".", "_")) for path in _XML for _, kind, name in _REFERENCE.findall(path.read_text())}
    used |= {(kind, name) for file in _JAVA for kind, name in re.findall(r"\bR\.(\w+)\.(\w+)", file.read_text())}
    used |= {
        ("style", parent.replace(".", "_")) for parent in re.findall(r'parent="([\w.]+)"', _text("values/styles.xml"))
    }
    inherited = {name.rpartition("_")[0] for kind, name in used if kind == "style"}
    left = {
        (kind, name)
        for kind, name in _defined() - used
        if kind not in ("id", "attr", "declare-styleable") and not (kind == "style" and name in inherited)
    }
    assert left == set()


def test_every_id_is_once_in_its_layout() -> None:
    for path in _LAYOUTS:
        ids = Counter(re.findall(r'android:id="@\+id/(\w+)"', path.read_text()))
        assert [name for name, count in ids.items() if count > 1] == [], path


def test_the_layout_for_landscape_has_the_same_ids() -> None:
    landscape = list(_RES.glob("layout-land/*.xml"))
    assert len(landscape) == 2
    for path in landscape:
        ids, portrait = (
            set(re.findall(r"@\+id/\w+", file.read_text())) for file in (path, _RES / "layout" / path.name)
        )
        assert ids == portrait, path


def test_no_permission() -> None:
    root = ElementTree.parse(_MAIN / "AndroidManifest.xml").getroot()
    assert [each.tag for each in root if each.tag.startswith("uses-")] == []
    for component in root.iter():
        if component.find("intent-filter") is not None:
            assert component.tag == "activity"
        elif component.tag in ("activity", "provider", "service", "receiver"):
            assert component.get(f"{_ANDROID}exported") == "false"


def test_no_text_in_layouts_or_code() -> None:
    for path in _LAYOUTS:
        for element in ElementTree.parse(path).iter():
            for attribute in ("text", "contentDescription", "hint"):
                value = element.get(_ANDROID + attribute, "@string/")
                assert value.startswith("@string/"), f"{path.name}: {value}"
    for file in _JAVA:
        for line in file.read_text().splitlines():
            assert not re.search(r'set(Text|ContentDescription)\("', line), f"{file.name}: {line.strip()}"
            assert not re.search(r'makeText\([^,]*, "', line), f"{file.name}: {line.strip()}"


def test_places_in_strings_are_filled() -> None:
    places = {
        element.get("name"): len(set(re.findall(r"%(\d)\$", element.text or "")))
        for element in ElementTree.parse(_RES / "values/strings.xml").getroot()
    }
    code = " ".join(file.read_text() for file in _JAVA)
    for name, count in places.items():
        for call in re.findall(rf"getString\(\s*R\.string\.{name}\b(.*?);", code, re.DOTALL):
            assert (call.lstrip().startswith(",")) == (count > 0), f"{name}: {call}"


def test_night_has_every_colour_of_the_day() -> None:
    day, night = _colours("values"), _colours("values-night")
    assert set(day) == set(night)
    assert all(re.fullmatch(r"#([0-9A-F]{2})?[0-9A-F]{6}", colour) for colour in (*day.values(), *night.values()))
    in_layouts = {match for path in _XML if path.parent.name != "mipmap-anydpi-v26" for match in _literals(path)}
    assert in_layouts == set()


@pytest.mark.parametrize("folder", ["values", "values-night"])
@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("text", "background"),
        ("text", "surface"),
        ("text_secondary", "background"),
        ("text_secondary", "surface"),
        ("text_secondary", "track"),
        ("accent", "surface"),
        ("accent", "background"),
        ("on_accent", "accent"),
        ("on_accent_container", "accent_container"),
        ("problem", "problem_container"),
    ],
)
def test_text_stands_out(folder: str, text: str, ground: str) -> None:
    """By at least 4.5 to 1, WCAG's AA."""
    colours = _colours(folder)
    assert _contrast(colours[text], colours[ground]) >= 4.5


@pytest.mark.parametrize("folder", ["values", "values-night"])
def test_charts_stand_out(folder: str) -> None:
    """By at least 3 to 1, WCAG's AA for graphics."""
    colours = _colours(folder)
    for name in ("accent", "other", "load_map", "load_verify", "load_decode", "load_plan"):
        assert _contrast(colours[name], colours["surface"]) >= 3, name


def test_text_scales_and_touch_targets_are_large_enough() -> None:
    dimens = {
        element.get("name", ""): element.text or ""
        for element in ElementTree.parse(_RES / "values/dimens.xml").getroot()
    }
    assert all(value.endswith("sp") == name.startswith("text_") for name, value in dimens.items())
    assert dimens["touch"] == "48dp"
    for path in (*_LAYOUTS, _RES / "values/styles.xml"):
        assert not re.search(r"textSize\">?=?\"?\d+dp", path.read_text()), path
    styles = ElementTree.parse(_RES / "values/styles.xml").getroot()
    button = next(style for style in styles if style.get("name") == "Button")
    assert {item.text for item in button if item.get("name") in ("android:minHeight", "android:minWidth")} == {
        "@dimen/touch"
    }


def test_pictures_are_described_or_passed_over() -> None:
    for path in _LAYOUTS:
        for element in ElementTree.parse(path).iter():
            if element.tag == "ImageView" and "Tab.Icon" not in element.get("style", ""):
                described = element.get(f"{_ANDROID}contentDescription") is not None
                assert described or element.get(f"{_ANDROID}importantForAccessibility") == "no", path


def test_the_sources_keep_to_what_the_dexer_takes() -> None:
    for file in _JAVA:
        text = file.read_text()
        assert "->" not in text, f"{file.name} has a lambda"
        assert "::" not in text, f"{file.name} has a method reference"
        assert "androidx" not in text, f"{file.name} needs androidx"
        assert max(map(len, text.splitlines())) <= 125, file
        assert text.count("\n") < 300, file


def test_gradle_names_the_same_versions_as_the_script() -> None:
    script = (DEMO.parent / "scripts/build-android-demo").read_text()
    gradle = (DEMO / "app/build.gradle").read_text()
    for ours, theirs in (("min_sdk", "minSdk"), ("target_sdk", "targetSdk")):
        (number,) = re.findall(rf"\b{ours}=(\d+)", script)
        assert re.search(rf"\b{theirs} {number}\b", gradle), ours


def _text(path: str) -> str:
    return (_RES / path).read_text()


def _colours(folder: str) -> dict[str, str]:
    return {each.get("name", ""): each.text or "" for each in ElementTree.parse(_RES / folder / "colors.xml").getroot()}


def _literals(path: Path) -> set[str]:
    """Colours that stand outside of colors.xml and of the icon, which is the same by day and by night."""
    if path.name == "colors.xml" or path.stem.startswith("ic_launcher"):
        return set()
    return {f"{path.name}: {colour}" for colour in re.findall(r'[">]#[0-9A-Fa-f]{3,8}\b', path.read_text())}


def _contrast(one: str, other: str) -> float:
    """WCAG 2.1, relative luminance."""
    bright, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    channels = (int(colour[-6 + 2 * i : len(colour) - 4 + 2 * i or None], 16) / 255 for i in range(3))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
