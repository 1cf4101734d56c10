"""Fills the template. Whatever a file says ends up as text, never as markup."""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from importlib.resources import files
from pathlib import PurePath
from typing import Any

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup, escape

from dcmobile.report.page.layer_charts import codebook_chart, gap_chart, layer_charts
from dcmobile.report.page.operator_list import operator_list
from dcmobile.report.page.parts import PART_NAMES, part_sizes
from dcmobile.report.page.summary import summary
from dcmobile.report.printable import printable, shortened
from dcmobile.report.quantities import (
    bits_text,
    bytes_text,
    duration_text,
    mean_bits_text,
    percent_text,
    ratio_text,
    shape_text,
)
from dcmobile.report.report_of_file import FileReport

_TEMPLATES = ("page.html.j2", "layers.html.j2", "graph.html.j2", "charts.html.j2")
# What is left of longer texts: a page should open fast whatever a file says.
_TEXT_LIMIT = 4_000
_LABEL_LIMIT = 5_000


def html_page(report: FileReport) -> str:
    """The whole page. It loads nothing: style, script and charts are in it, and its policy forbids all else.

    The same report gives the same page. Texts of the file are escaped for HTML, with ``printable`` before: no control
    or direction character comes through.
    """
    style, script = _resource("page.css"), _resource("page.js")
    page: str = (
        _environment()
        .get_template("page.html.j2")
        .render(
            report=report,
            file_name=PurePath(report.path).name or report.path,
            style=style,
            script=script,
            policy=_policy(style, script),
            summary=summary(report),
            parts=part_sizes(report),
            charts=layer_charts(report.layers) if report.layers else None,
            graph=operator_list(report),
            label_limit=_LABEL_LIMIT,
        )
    )
    return page


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=DictLoader({name: _resource(name) for name in _TEMPLATES}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    environment.filters |= {
        "text": _text,
        "bytes": bytes_text,
        "path": _path,
        "percent": percent_text,
        "share": _share,
        "ratio": ratio_text,
        "bits": bits_text,
        "mean_bits": mean_bits_text,
        "duration": duration_text,
        "shape": shape_text,
        "array": _array,
    }
    environment.globals |= {"codebook_chart": codebook_chart, "gap_chart": gap_chart, "part_names": PART_NAMES}
    return environment


def _resource(name: str) -> str:
    return files("dcmobile.report.page").joinpath(name).read_text(encoding="utf-8")


def _policy(*inline: str) -> str:
    """A Content-Security-Policy that allows the inline style and script by their hashes, and nothing else."""
    style, script = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in inline)
    return (
        f"default-src 'none'; style-src 'sha256-{style}'; script-src 'sha256-{script}'; base-uri 'none'; "
        "form-action 'none'"
    )


def _text(text: str) -> str:
    return shortened(printable(text), _TEXT_LIMIT)


def _path(name: str) -> Markup:
    """A name that may break after its dots and underscores. Neither is in what ``escape`` makes."""
    return Markup(str(escape(_text(name))).replace(".", ".<wbr>").replace("_", "_<wbr>"))


def _share(share: float) -> str:
    return percent_text(share) if share == 0 or share >= 0.001 else "<0.1 %"


def _array(values: Any) -> str:
    """JSON for an attribute; the template escapes it as any text."""
    return json.dumps(list(values), separators=(",", ":"), ensure_ascii=False)
