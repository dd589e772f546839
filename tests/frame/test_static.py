"""What browsers are sent: named by version, licensed, small, and asking nobody else."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "taperplan" / "static" / "taperplan"
TEMPLATES = ROOT / "templates"
BUDGET = 150_000


def texts() -> list[Path]:
    found = [path for path in STATIC.rglob("*") if path.suffix in (".css", ".js", ".svg")]
    assert len(found) > 5
    return found


@pytest.mark.parametrize("path", texts(), ids=lambda path: path.name)
def test_nothing_names_another_host_or_a_map(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    namespaces = ("http://www.w3.org/2000/svg", "http://www.w3.org/1999/xhtml")
    for namespace in namespaces:
        text = text.replace(namespace, "")

    assert "sourceMappingURL" not in text
    assert not re.search(r"(?:url\(|@import|fetch\(|src=|href=)\s*[\"']?(?:https?:)?//", text)


def test_whatever_is_not_ours_carries_its_version_and_lies_beside_its_licence() -> None:
    vendor = {path.name for path in (STATIC / "vendor").iterdir()}
    for name in vendor - {"bootstrap-LICENSE.txt", "htmx-LICENSE.txt"}:
        assert re.fullmatch(r"(bootstrap|htmx)-\d+\.\d+\.\d+\.(part\.)?min\.(css|js)", name), name
        assert f"{name.split('-')[0]}-LICENSE.txt" in vendor
    for path in (STATIC / "fonts").glob("*.woff2"):
        assert re.match(r"plex-sans-\d+\.\d+\.\d+-", path.name)
    assert "SIL Open Font License" in (STATIC / "fonts" / "OFL.txt").read_text()


def test_the_pages_ask_for_the_versions_that_are_there() -> None:
    asked = set()
    for page in (TEMPLATES / "base.html", TEMPLATES / "500.html"):
        asked |= set(re.findall(r"taperplan/((?:vendor|fonts)/[^\"]+)\"", page.read_text()))
    fonts = set(re.findall(r"fonts/[^\"]+\.woff2", (STATIC / "app.css").read_text()))

    assert asked
    assert fonts
    for name in asked | fonts:
        assert (STATIC / name).is_file(), name
    assert {f"fonts/{path.name}" for path in (STATIC / "fonts").glob("*.woff2")} == fonts


def test_a_first_visit_weighs_less_than_its_budget() -> None:
    """As sent: text compressed, the one font that Latin letters need, both vendored files."""
    weight = sum(
        len(gzip.compress(path.read_bytes()))
        for path in texts()
        if path.suffix in (".css", ".js") and path.name not in ("grid.js", "check-in.js")
    )
    weight += sum(path.stat().st_size for path in (STATIC / "fonts").glob("*-latin.woff2"))

    assert weight < BUDGET, weight


def test_own_styles_need_no_force_and_no_colour_of_bootstrap_survives() -> None:
    for name in ("app.css", "screens.css"):
        assert "!important" not in (STATIC / name).read_text().replace("needs !important", "")
    bootstrap = next((STATIC / "vendor").glob("bootstrap-*.css")).read_text()
    assert bootstrap.count("@layer bootstrap{") == 1
    colours = set(re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\([0-9][^)]*\)", bootstrap))
    assert colours <= {"rgba(0,0,0,0)", "rgba(0, 0, 0, 0)"}, colours


def test_there_is_no_green_from_which_a_traffic_light_could_be_built() -> None:
    for name in ("app.css", "screens.css"):
        for colour in re.findall(r"#([0-9A-Fa-f]{6})\b", (STATIC / name).read_text()):
            red, green, blue = (int(colour[place : place + 2], 16) for place in (0, 2, 4))
            assert not (green > red * 1.2 and green > blue * 1.2), colour


def _tokens(theme: str) -> dict[str, str]:
    css = (STATIC / "app.css").read_text()
    blocks = {
        "light": r':root, \[data-bs-theme="light"\] \{(.*?)\}',
        "dark": r'\n  \[data-bs-theme="dark"\] \{(.*?)\}',
        "system": r'\[data-bs-theme="system"\] \{(.*?)\}',
    }
    found = re.search(blocks[theme], css, re.DOTALL)
    assert found is not None
    return dict(re.findall(r"--([a-z0-9-]+): (#[0-9A-F]{6});", found[1]))


def test_the_device_in_the_dark_and_the_dark_theme_are_one_palette() -> None:
    assert _tokens("system") == _tokens("dark")


def _light(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lights = sorted((_light(one), _light(other)), reverse=True)
    return (lights[0] + 0.05) / (lights[1] + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    ("text", "ground", "least"),
    [
        *(("ink", ground, 7) for ground in ("bg", "surface", "sunken", "accent-soft")),
        *(("ink-2", ground, 4.5) for ground in ("bg", "surface", "sunken", "accent-soft")),
        ("ink", "amber-soft", 7),
        ("ink", "red-soft", 7),
        ("accent", "surface", 4.5),
        ("accent", "bg", 4.5),
        ("on-accent", "accent", 4.5),
        ("accent-strong", "accent-soft", 4.5),
        ("on-red", "red", 4.5),
        ("red-ink", "surface", 4.5),
        ("red-ink", "bg", 4.5),
        ("red-ink", "red-soft", 4.5),
        ("amber-ink", "amber-soft", 4.5),
        ("on-bar", "bar", 7),
        ("on-bar-2", "bar", 4.5),
        ("on-bar-2", "bar-field", 4.5),
        ("line-strong", "surface", 3),
        ("line-strong", "bg", 3),
        ("amber-line", "surface", 3),
    ],
)
def test_text_and_edges_stand_out_from_their_ground(
    theme: str, text: str, ground: str, least: float
) -> None:
    tokens = _tokens(theme)

    assert contrast(tokens[text], tokens[ground]) >= least


def test_every_icon_that_a_state_names_is_in_the_sprite() -> None:
    from taperplan.looks import DIRECTIONS, TAGS

    drawn = set(re.findall(r'id="i-([a-z-]+)"', (STATIC / "icons.svg").read_text()))
    assert {look.icon for look in (*TAGS.values(), *DIRECTIONS.values()) if look.icon} <= drawn
