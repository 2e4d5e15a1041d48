"""The pages of a built site, parsed."""

import gc

from bs4 import BeautifulSoup


def parsed(folder):
    """Return the pages in a folder by their paths below it.

    They stay until the tests end, a million objects for a site. So the garbage collector skips them, both while they
    are made and later.
    """
    gc.disable()
    try:
        return {
            path.relative_to(folder).as_posix(): BeautifulSoup(path.read_bytes(), "html.parser")
            for path in folder.rglob("*.html")
        }
    finally:
        gc.freeze()
        gc.enable()
