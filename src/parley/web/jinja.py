"""The template environment: what every template may call without importing it."""

from typing import Any, cast

import jinja2
from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import (
    get_language,
    get_language_bidi,
    gettext,
    ngettext,
    npgettext,
    pgettext,
)

from parley.web import formats
from parley.web.icons import icon
from parley.web.stylesheet import stylesheet_url
from parley.web.text import is_jumbo, plain, whatsapp


def environment(**options: Any) -> jinja2.Environment:
    """Build the environment for Django's Jinja2 backend (`OPTIONS["environment"]`)."""
    options.setdefault("trim_blocks", True)
    options.setdefault("lstrip_blocks", True)
    env = jinja2.Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do"], **options)  # noqa: S701 (set by the backend)
    # The extension adds this method; its stub does not know.
    install = cast("Any", env).install_gettext_callables
    install(gettext, ngettext, newstyle=True, pgettext=pgettext, npgettext=npgettext)
    env.globals.update(
        static=static,
        stylesheet_url=stylesheet_url,
        url=url,
        icon=icon,
        hue=formats.hue,
        initials=formats.initials,
        time_left=formats.time_left,
        right_now=timezone.now,
        time_zone=timezone.get_current_timezone_name,
        language=lambda: get_language() or settings.LANGUAGE_CODE,
        direction=lambda: "rtl" if get_language_bidi() else "ltr",
        theme=theme,
    )
    env.filters.update(
        clock=formats.clock,
        listtime=formats.listtime,
        daylabel=formats.daylabel,
        moment=formats.moment,
        iso=formats.iso,
        duration=formats.duration,
        phone=formats.phone,
        language=formats.language,
        country=formats.country,
        filesize=formats.filesize,
        money=formats.money,
        plain=plain,
        whatsapp=whatsapp,
    )
    env.tests["jumbo"] = is_jumbo
    return env


def url(name: str, *args: object, **kwargs: object) -> str:
    """The address of a named route."""
    return reverse(name, args=args or None, kwargs=kwargs or None)


def theme(request: Any) -> str:
    """The look the person chose: light, dark, or empty for the system's."""
    chosen = request.COOKIES.get("theme", "") if request is not None else ""
    return chosen if chosen in {"light", "dark"} else ""
