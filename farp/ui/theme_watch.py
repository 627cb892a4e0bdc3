"""Repaint the charts when the reader switches between light and dark.

Streamlit repaints its own widgets at once but does not run the script again, so a figure would keep the colours of the other
theme: dark ink on a dark page. An invisible component compares the page with what the figures were painted for.
"""

from __future__ import annotations

import streamlit as st

_KEY = "theme_watch"
_SCRIPT = """
export default function ({ data, setStateValue }) {
  const app = document.querySelector('[data-testid="stApp"]');
  if (!app) return;
  const shown = () => {
    const [red, green, blue] = getComputedStyle(app).backgroundColor.match(/[0-9.]+/g).map(Number);
    return 0.299 * red + 0.587 * green + 0.114 * blue < 128 ? "dark" : "light";
  };
  let reported = data.painted;
  const compare = () => {
    const now = shown();
    if (now !== reported) {
      reported = now;
      setStateValue("theme", now);
    }
  };
  const observer = new MutationObserver(() => requestAnimationFrame(compare));
  observer.observe(app, { attributes: true, attributeFilter: ["class", "style"] });
  compare();
  return () => observer.disconnect();
}
"""


def dark() -> bool:
    """Whether the browser shows the dark theme: what the page was last seen in, else what the request said."""
    seen = st.session_state.get(_KEY)
    theme = seen.get("theme") if seen else None
    return (theme or st.context.theme.type) == "dark"


def watch() -> None:
    """Mount the component; a change of theme runs the script again."""
    component = st.components.v2.component("farp_theme_watch", js=_SCRIPT)
    component(key=_KEY, data={"painted": "dark" if dark() else "light"}, on_theme_change=lambda: None)
