"""Asset packs of Google Play for large models: a module of Gradle each. Not tried: there was no Gradle and no Play."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dcmobile.bundle.bundled_model import BundledModel

_BUILD = """\
// Written by dcmobile bundle. Play installs it together with the app: the model is an asset like any other.
plugins {{
    id 'com.android.asset-pack'
}}

assetPack {{
    packName = '{pack}'
    dynamicDelivery {{
        deliveryType = 'install-time'
    }}
}}
"""


def pack_name(model: BundledModel) -> str:
    """What Play takes: a letter, then letters, digits and underscores."""
    return re.sub(r"[^A-Za-z0-9_]", "_", f"model_{model.name}")


def pack_files(models: Sequence[BundledModel]) -> dict[str, bytes]:
    """The files of one module for each model, by path."""
    files: dict[str, bytes] = {}
    for model in models:
        pack = pack_name(model)
        files[f"{pack}/src/main/assets/{model.asset}"] = model.data
        files[f"{pack}/build.gradle"] = _BUILD.format(pack=pack).encode()
    return files


def pack_hint(models: Sequence[BundledModel]) -> str:
    """The lines for the app's own build files."""
    packs = ", ".join(f"':{pack_name(model)}'" for model in models)
    return f"in settings.gradle: include {packs}; in the app's build.gradle: android {{ assetPacks = [{packs}] }}"
