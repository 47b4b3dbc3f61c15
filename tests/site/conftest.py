"""A browser, and a server for the built site."""

import functools
import http.server
import threading

import browsers
import pytest
from paths import SITE
from playwright.sync_api import Error, sync_playwright
from skips import missing


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def __init__(self, *args, headers=(), **options):
        self.added = dict(headers)
        super().__init__(*args, **options)

    def end_headers(self):
        """Send the headers that a host would add."""
        for name, value in self.added.items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, format, *args):
        """Say nothing: the tests read what the page saw."""


@pytest.fixture(scope="session")
def site():
    """The folder of the built site."""
    if not (SITE / "index.html").exists():
        pytest.fail("there is no built site: run `make book` first")
    return SITE


@pytest.fixture(scope="session")
def serve():
    """A function that serves a directory on the loopback address, with headers, and returns that address."""
    servers = []

    def start(directory, headers=()):
        handler = functools.partial(QuietHandler, directory=str(directory), headers=headers)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="session")
def address(site, serve):
    """The address at which the built site is served."""
    return serve(site)


@pytest.fixture(scope="session")
def playwright():
    """What drives browsers; a process can have one."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(playwright):
    """One Chromium or Chrome for the session: the system's if there is one, else Playwright's own."""
    try:
        browser = browsers.launch(playwright)
    except Error as error:
        missing("browser", str(error).splitlines()[0])
    yield browser
    browser.close()
