"""A person who uses the keyboard alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

FAR = 250  # no page has more stops than this


class Keyboard:
    """Moves by Tab, types, presses; never points."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def to(self, selector: str, *, back: bool = False) -> None:
        """Tab (or Shift+Tab) until the keyboard is in what `selector` names."""
        seen: list[str] = []
        for _ in range(FAR):
            if self.at(selector):
                return
            self.page.keyboard.press("Shift+Tab" if back else "Tab")
            seen.append(self.where())
        raise AssertionError(f"Tab does not reach {selector} on {self.page.url}: {seen[-40:]}")

    def at(self, selector: str) -> bool:
        found: bool = self.page.evaluate(
            "selector => document.activeElement?.matches(selector) ?? false", selector
        )
        return found

    def where(self) -> str:
        named: str = self.page.evaluate(
            """() => { const e = document.activeElement;
            return e ? (e.id || e.name || e.getAttribute("aria-label") || e.textContent.trim())
                .slice(0, 40) : ""; }"""
        )
        return named

    def type(self, text: str) -> None:
        """Over whatever the field holds."""
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def fill(self, selector: str, text: str) -> None:
        self.to(selector)
        self.type(text)

    def choose(self, selector: str, value: str) -> None:
        """One answer of a list, by its arrow keys."""
        self.to(selector)
        for _ in range(40):
            if self.page.evaluate("() => document.activeElement.value") == value:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{selector} has no {value}")

    def tick(self, selector: str) -> None:
        self.to(selector)
        if not self.page.evaluate("() => document.activeElement.checked"):
            self.press("Space")

    def pick(self, group: str, value: str) -> None:
        """One radio button of a group, by Tab into the group and arrow keys."""
        self.to(f"input[type=radio][name='{group}']")
        for _ in range(40):
            if self.at(f"input[value='{value}']:checked"):
                return
            self.press("ArrowDown" if not self.at(f"input[value='{value}']") else "Space")
        raise AssertionError(f"{group} has no {value}")

    def go(self, selector: str) -> None:
        """Reach a link or a button, press it, and wait for the page that it leads to."""
        self.to(selector)
        with self.page.expect_navigation():
            self.press("Enter")
