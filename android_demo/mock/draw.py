"""Draws mocks of the demo app's screens: its own layouts, strings, colours and drawables, turned to HTML.

``python android_demo/mock/draw.py [FOLDER]`` after scripts/build-android-demo models. No phone, no emulator takes part:
figures are of this machine, and Android's own widgets look a little different. Needs Chromium and, to look like
Android, the font Roboto (Debian: fonts-roboto-unhinted). FOLDER: docs.
"""

from __future__ import annotations

import base64
import io
import shutil
import sys
from pathlib import Path

from contents import Contents
from figures import Figures, measure
from layout_to_html import Renderer
from PIL import Image, ImageColor
from playwright.sync_api import Browser, sync_playwright
from resources import Resources

_ROOT = Path(__file__).parents[2]
_MODELS = _ROOT / "build/android-demo/models"
_SAMPLE = _ROOT / "build/android-demo/assets/sample.jpg"
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_PORTRAIT, _LANDSCAPE = (380, 844), (800, 400)
#: Behind the phones, by day and by night.
_GROUNDS = ("#E2E7E2", "#000000")
_COLOURS = (
    *("background", "surface", "outline", "text", "text_secondary", "accent", "on_accent", "accent_container"),
    *("on_accent_container", "other", "track", "load_map", "load_verify", "load_decode", "load_plan"),
)
_STYLE = """
* {box-sizing: border-box}
body {margin: 0; font-family: Roboto, sans-serif; -webkit-font-smoothing: antialiased}
.row {display: inline-flex; gap: 28px; padding: 28px; align-items: flex-start}
.phone {border-radius: 30px; overflow: hidden; display: flex; flex-direction: column}
.status {height: 34px; flex-shrink: 0; display: flex; justify-content: space-between; padding: 11px 24px 0}
.status {font-size: 13px; font-weight: 500}
.screen {flex: 1; min-height: 0; display: flex}
"""


def main(folder: Path) -> None:
    """Write the pictures."""
    figures = measure(_MODELS, _SAMPLE)
    browser_path = next(path for name in _BROWSERS if (path := shutil.which(name)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path)
        for night in (False, True):
            mode = "dark" if night else "light"
            phones = [_phone(figures, night, screen, _PORTRAIT) for screen in ("classify", "compare", "benchmark")]
            _photograph(browser, _page(phones, night), night, folder / f"android-demo-mock-{mode}.png")
        long = [
            _phone(figures, False, screen, (380, height)) for screen, height in (("compare", 1040), ("benchmark", 1470))
        ]
        first = _phone(figures, False, "classify", _PORTRAIT, first_time=True)
        _photograph(browser, _page([first, *long], False), False, folder / "android-demo-mock-whole.png")
        wide = [_phone(figures, True, "classify", _LANDSCAPE)]
        _photograph(browser, _page(wide, True), True, folder / "android-demo-mock-landscape.png")
        browser.close()


def _phone(figures: Figures, night: bool, screen: str, size: tuple[int, int], first_time: bool = False) -> str:
    resources = Resources(night, landscape=size[0] > size[1])
    content = Contents(resources, figures, _picture()).of(screen, first_time)
    colours = {name: resources.colour(f"@color/{name}", frozenset()) for name in ("background", "text", "outline")}
    style = f"width:{size[0]}px;height:{size[1]}px;background:{colours['background']};color:{colours['text']};"
    style += f"box-shadow:0 0 0 1px {colours['outline']}"
    bar = '<div class="status"><span>12:00</span><span>mock</span></div>'
    window = Renderer(resources, content).layout("main")
    return f'<div class="phone" style="{style}">{bar}<div class="screen">{window}</div></div>'


def _page(phones: list[str], night: bool) -> str:
    row = f'<div class="row">{"".join(phones)}</div>'
    return f'<style>{_STYLE}</style><body style="background:{_GROUNDS[night]}">{row}</body>'


def _picture() -> str:
    return "data:image/jpeg;base64," + base64.b64encode(_SAMPLE.read_bytes()).decode()


def _photograph(browser: Browser, page_html: str, night: bool, path: Path) -> None:
    page = browser.new_page(device_scale_factor=1.25, viewport={"width": 2000, "height": 1000})
    page.set_content(page_html)
    picture = page.locator(".row").screenshot()
    page.close()
    with Image.open(io.BytesIO(picture)) as image:
        image.convert("RGB").quantize(palette=_palette(night), dither=Image.Dither.NONE).save(path, optimize=True)


def _palette(night: bool) -> Image.Image:
    """256 colours, a quarter of the bytes: the app's, what lies between text and its ground, and the photo's."""
    resources = Resources(night, landscape=False)
    app = {name: ImageColor.getrgb(resources.colour(f"@color/{name}", frozenset())) for name in _COLOURS}
    grounds = [app[name] for name in ("background", "surface", "track")]
    pairs = [(app[ink], ground) for ink in ("text", "text_secondary", "accent", "other") for ground in grounds]
    pairs += [(app["on_accent"], app["accent"]), (app["on_accent_container"], app["accent_container"])]
    pairs += [(ImageColor.getrgb(_GROUNDS[night]), app["outline"])]
    colours = [(*colour,) for colour in app.values()] + [ImageColor.getrgb(_GROUNDS[night])]
    for ink, ground in pairs:
        for step in range(1, 6):
            colours.append(tuple(round(a + (b - a) * step / 6) for a, b in zip(ink[:3], ground[:3], strict=True)))
    with Image.open(_SAMPLE) as photo:
        of_photo = photo.convert("RGB").quantize(256 - len(colours)).getpalette() or []
    palette = Image.new("P", (1, 1))
    palette.putpalette([value for colour in colours for value in colour[:3]] + of_photo)
    return palette


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else _ROOT / "docs")
