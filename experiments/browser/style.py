"""How the page looks: colours that the colour-blind can tell apart, and one style sheet."""

from experiments.reporting.drawing import colours

INSTRUMENT_COLOURS = {"security": "#0072B2", "development": "#009E73", "diplomacy": "#CC79A7"}
"""Of Okabe and Ito's set."""

STATUS_NAMES = ("peace", "minor conflict", "war")


def side_colours(institutions: tuple[str, str]) -> tuple[str, str]:
    """Colour of A and of B, the same as in every figure of a study."""
    found = colours(institutions)
    return found[institutions[0]], found[institutions[1]]


SHEET = """
header.v-app-bar { height: 48px !important; }
header.v-app-bar .v-toolbar__content { height: 48px !important; padding: 0 10px !important; }
.v-navigation-drawer { top: 48px !important; max-height: calc(100% - 48px) !important; min-width: 304px !important;
  width: 304px !important; }
.v-navigation-drawer__content > div { display: flex; flex-direction: column; padding: 6px 12px !important;
  height: auto !important; }
.v-navigation-drawer__content > div > * { flex: none; }
main.v-content { padding-top: 48px !important; }
.v-navigation-drawer .v-card { margin: 0 !important; padding: 0 !important; box-shadow: none !important; }
.v-navigation-drawer .v-card__title { padding: 0 !important; font-size: 15px !important; }
.v-navigation-drawer .v-card__text { padding: 4px 0 !important; }
.v-navigation-drawer .v-sheet { row-gap: 0 !important; }
.v-navigation-drawer .v-input { margin-top: 0; padding-top: 0; font-size: 13px; }
.v-navigation-drawer .v-input .v-label { font-size: 13px; }
.v-navigation-drawer .v-input__slot { margin-bottom: 0; }
.v-navigation-drawer .v-messages { display: none; }
.concord { font: 14px/1.35 Roboto, "Helvetica Neue", Arial, sans-serif; color: #1d2327; background: #fff; }
.concord h2 { font-size: 15px; font-weight: 600; margin: 0; }
.concord h3 { font-size: 13px; font-weight: 600; margin: 10px 0 4px; }
.concord table { border-collapse: collapse; font-size: 12.5px; font-variant-numeric: tabular-nums; }
.concord th { font-weight: 600; text-align: right; padding: 1px 8px; }
.concord th:first-child, .concord td:first-child { text-align: left; padding-left: 0; }
.concord td { text-align: right; padding: 1px 8px; border-top: 1px solid #eceff1; }
.concord pre { white-space: pre-wrap; font-size: 11.5px; line-height: 1.4; margin: 4px 0; }
.concord summary { cursor: pointer; font-size: 13px; color: #0b57a4; }
.concord .quiet { color: #58636a; font-size: 12.5px; }
.concord .two { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 18px; }
.concord .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.concord svg text { font-family: inherit; }
.concord button:focus-visible, .concord select:focus-visible, .concord input:focus-visible,
.concord summary:focus-visible, .concord a:focus-visible { outline: 3px solid #0b57a4; outline-offset: 1px; }
.frame > .v-sheet { row-gap: 0 !important; }
.scene { padding: 4px 6px; }
.concord p { margin: 2px 0; }
.concord .wrong { color: #8c1c13; font-weight: 600; margin: 4px 0; }
.concord .wrong:empty { display: none; }
.concord .legend { display: flex; flex-wrap: wrap; gap: 2px 16px; justify-content: center; margin-top: 4px; }
.concord .legend i { display: inline-block; width: 13px; height: 13px; border-radius: 3px; font: 600 10px/13px Arial;
  text-align: center; vertical-align: -2px; margin-right: 4px; }
.concord .legend .s0 { background: #e6ecef; border: 1px solid #b6c0c6; } .concord .legend .s1 { background: #f5b95f; }
.concord .legend .s2 { background: #8c1c13; color: #fff; }
.concord .legend .other { border: 2px dashed #111; }
.concord .key span { margin-right: 10px; white-space: nowrap; } .concord .key svg { vertical-align: -3px; }
.concord .caveat { text-align: center; }
.concord .charts { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: 8px 14px; }
.concord .chart { margin: 0; font-size: 12.5px; } .concord .chart figcaption { line-height: 1.25; min-height: 32px; }
.concord article ul { padding-left: 18px; font-size: 12.5px; } .concord article p { font-size: 13px; }
a.studies { color: inherit !important; font-size: 14px; margin-right: 12px; }
"""
