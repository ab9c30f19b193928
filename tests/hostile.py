"""Text that somebody supplies who wishes the reader ill: each would set ``window.ran`` if any part of it ran."""

HOSTILE = (
    "<script>window.ran = 1</script>",
    "<img src=x onerror=window.ran=1>",
    "<svg onload=window.ran=1>",
    "<svg><script>window.ran=1</script></svg>",
    '"><script>window.ran=1</script>',
    "'><img src=x onerror=window.ran=1>",
    '" onmouseover="window.ran=1" autofocus onfocus="window.ran=1',
    "' onclick='window.ran=1' x='",
    "</title><script>window.ran=1</script>",
    "</textarea><script>window.ran=1</script>",
    "</style><img src=x onerror=window.ran=1>",
    "<iframe srcdoc='<script>parent.ran=1</script>'></iframe>",
    "<iframe src=javascript:parent.ran=1></iframe>",
    "<details open ontoggle=window.ran=1>",
    "<a href=javascript:window.ran=1 id=headline>x</a>",
    '[x](javascript:window.ran=1) ![x](x.png"onerror=window.ran=1//)',
    "{{ constructor.constructor('window.ran=1')() }}",
    "{{ 7 * 7 }}${window.ran=1}{% set ran = 1 %}#{window.ran=1}",
    "&lt;script&gt;window.ran=1&lt;/script&gt; &#60;script&#62;window.ran=1",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=window.ran=1&gt;'>",
)
