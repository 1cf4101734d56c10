"""What the demo's models are made of, without making them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from java_tools import DEMO
from PIL import Image

from dcmobile import Recipe


def test_recipes_that_need_calibration_get_it() -> None:
    script = (DEMO.parent / "scripts/build-android-demo").read_text()
    commands = re.findall(r"--recipe (\S+)(.*)", script)
    assert len(commands) == 2
    for recipe, rest in commands:
        needed = Recipe.load(DEMO.parent / recipe).compensation is not None
        assert ("--calibrate" in rest) == needed, recipe


def test_calibration_pictures_are_many_and_square(tmp_path: Path) -> None:
    subprocess.run([sys.executable, DEMO / "demo_assets.py", "calibration", tmp_path], check=True)
    pictures = sorted(tmp_path.iterdir())
    assert len(pictures) == 64
    for path in pictures:
        with Image.open(path) as picture:
            assert picture.width == picture.height >= 100, path.name
