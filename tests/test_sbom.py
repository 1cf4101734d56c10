"""What ships: scripts/write-sbom against constraints.txt, pyproject.toml and what the packages say themselves."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import json
import re
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from types import ModuleType

import pytest

_ROOT = Path(__file__).parents[1]
_SCRIPT = _ROOT / "scripts" / "write-sbom"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    loader = importlib.machinery.SourceFileLoader("write_sbom", str(_SCRIPT))
    spec = importlib.util.spec_from_loader("write_sbom", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["write_sbom"] = module  # its dataclass looks itself up
    loader.exec_module(module)
    return module


def test_the_documents_are_as_the_script_writes_them() -> None:
    done = subprocess.run([sys.executable, _SCRIPT, "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_stale_document_is_found(script: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(script, "own_version", lambda: "0.0.0")
    assert script.sbom() != (_ROOT / "docs/sbom.cdx.json").read_text()


def test_every_dependency_is_listed(script: ModuleType) -> None:
    project = tomllib.loads((_ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    texts = [*project["dependencies"], *extras["executorch"], *extras["signing"]]
    needed = {re.split(r"[\s<>=!;\[]", text)[0].lower() for text in texts}
    listed = {(part.package or part.name).lower() for part in script.PARTS if script.PACKAGE in part.needed}
    assert needed == listed


def test_references_hold(script: ModuleType) -> None:
    document = json.loads(script.sbom())
    references = [component["bom-ref"] for component in document["components"]] + ["dcmobile"]
    assert len(set(references)) == len(references)
    asked = {reference for entry in document["dependencies"] for reference in (entry["ref"], *entry["dependsOn"])}
    assert asked == set(references)
    for component in document["components"][len(script.OURS) :]:
        assert component["licenses"][0]["expression"]
        assert component["purl"].startswith("pkg:")


@pytest.mark.parametrize("name", ["numpy", "click", "rich", "tomlkit", "pillow", "cryptography", "executorch"])
def test_licences_are_the_packages_own(script: ModuleType, name: str) -> None:
    """Where a package says it in SPDX; torch's and numpy's name what their wheels bring too."""
    try:
        about = metadata(name)
    except PackageNotFoundError:
        pytest.skip("not installed")
    (part,) = [part for part in script.PARTS if part.name == name]
    said = next((about[key] for key in ("License-Expression", "License") if key in about), "")
    assert said.split(" AND ")[0] == part.licence
