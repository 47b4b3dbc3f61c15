"""The browsers in which the site is tested: the first of these that starts.

As a program, say which one that is, and end in failure if there is none: `make test` then tries to fetch Playwright's.
"""

import shutil
import sys

from playwright.sync_api import Error, sync_playwright

NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"]
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def candidates():
    """List the system's browsers, and at last None, which is Playwright's own."""
    return [path for name in NAMES if (path := shutil.which(name))] + [None]


def launch(playwright):
    """Start the first browser that does start: a program of that name may be a pointer to something not there.

    Raises
    ------
    playwright.sync_api.Error
        When none does.
    """
    for path in candidates():
        try:
            return playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        except Error as error:
            last = error
    raise last


def main():
    with sync_playwright() as playwright:
        try:
            browser = launch(playwright)
        except Error:
            return 1
        print(f"The site is tested in Chromium {browser.version}.")
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
