"""PyYAML's own parser, with the interface of libyaml's: for the places where PyYAML was built without libyaml."""

from __future__ import annotations

from yaml.composer import Composer
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner

_MARK = "\ufeff"


class PureParser(Reader, Scanner, Parser, Composer):
    """Composes the nodes of a text. As with libyaml, a byte order mark does not count among the characters."""

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text.removeprefix(_MARK))
        Scanner.__init__(self)
        Parser.__init__(self)
        Composer.__init__(self)
