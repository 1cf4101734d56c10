"""docs/cli.md runs as it stands, and what comes out is what it shows, but for numbers."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import environment
from console_page import prepare, without_numbers

from dcmobile.cli.main import cli

PAGE = (Path(__file__).parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")


def _commands() -> list[tuple[str, str]]:
    """Every command of the page, in order, with the output that follows it."""
    blocks = re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
    texts = [text for block in blocks for text in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]]
    return [(line, output) for line, _, output in (text.partition("\n") for text in texts)]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepare(PAGE, tmp_path_factory.mktemp("docs"))


def test_examples_give_what_the_page_shows(prepared: Path) -> None:
    commands = _commands()
    assert len(commands) >= 7
    path = f"{prepared / 'bin'}{os.pathsep}{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    for line, shown in commands:
        done = subprocess.run(
            line,
            shell=True,
            cwd=prepared,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            env=environment() | {"PATH": path, "XDG_CACHE_HOME": str(prepared / "cache")},
        )
        assert without_numbers(done.stdout) == without_numbers(shown), line


def test_every_option_is_on_the_page() -> None:
    for name, command in cli.commands.items():
        assert f"## {name}\n" in PAGE
        section = PAGE.split(f"## {name}\n")[1].split("\n## ")[0]
        for parameter in command.params:
            if parameter.param_type_name == "option":
                assert any(option in section for option in parameter.opts), (name, parameter.opts)


def test_every_key_of_the_json_is_on_the_page(digits_file: Path) -> None:
    from dcmobile.report import file_report

    def keys(value: object) -> set[str]:
        if isinstance(value, dict):
            return set(value) | {key for each in value.values() for key in keys(each)}
        return {key for each in value for key in keys(each)} if isinstance(value, list) else set()

    section = PAGE.split("## inspect\n")[1].split("\n## ")[0]
    for key in keys(file_report(digits_file).to_json()):
        assert f"`{key}`" in section, key
