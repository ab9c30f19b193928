"""What elements a piece of HTML has: text that others wrote shall add none."""

from html.parser import HTMLParser


class Elements(HTMLParser):
    """Elements in order, each with the names of its attributes; where links and images lead."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, ...]] = []
        self.links: list[str] = []

    @classmethod
    def of(cls, text: str) -> "Elements":
        """Read a text."""
        reader = cls()
        reader.feed(text)
        reader.close()
        return reader

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep one."""
        self.found.append((tag, *(name for name, _ in attrs)))
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "action", "xlink:href")]

    @property
    def names(self) -> set[str]:
        """Which elements there are."""
        return {tag for tag, *_ in self.found}

    @property
    def attributes(self) -> set[str]:
        """Which attributes there are."""
        return {name for _, *names in self.found for name in names}
