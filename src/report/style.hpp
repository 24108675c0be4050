#pragma once
// The page's style sheet. Colours: Okabe and Ito's palette, which the colour-blind can tell apart.

#include <string_view>

namespace fedloom::report {

inline constexpr std::string_view style_sheet = R"css(
:root { color-scheme: light dark;
  --paper: #ffffff; --panel: #f5f7f9; --ink: #1c2430; --soft: #5b6675; --rule: #d9dfe6;
  --synthetic: #56a3d9; --measured: #b34700; --accent: #00629b;
  --s0: #00629b; --s1: #b34700; --s2: #00785a; --s3: #8f4a78; --s4: #6b5f00; --on-bar: #ffffff; --warning: #a1160a; --warning-ink: #ffffff;
  --h0: #dbe4ec; --h1: #c2d8ea; --h2: #a6c9e4; --h3: #71abd4; --h4: #3f8abf; --h5: #1b659d; --h6: #0a3a66; }
@media (prefers-color-scheme: dark) { :root {
  --paper: #14181e; --panel: #1c222b; --ink: #e6eaf0; --soft: #a3afbd; --rule: #333d4a;
  --synthetic: #2f7fb8; --measured: #ffb45e; --accent: #7cc4f5;
  --s0: #7cc4f5; --s1: #ffb45e; --s2: #4fd0a7; --s3: #e7a3cd; --s4: #f0e442; --on-bar: #10151b; --warning: #ffb4a9; --warning-ink: #3b0500;
  --h0: #2b3746; --h1: #234a6e; --h2: #245a85; --h3: #2d79b0; --h4: #4f9dd1; --h5: #8dc3ea; --h6: #d3ecff; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
main { max-width: 70rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: .2rem 0 .4rem; overflow-wrap: anywhere; }
h2 { font-size: 1.3rem; margin: 2.6rem 0 .6rem; padding-top: .8rem; border-top: 1px solid var(--rule); }
h3 { font-size: 1rem; margin: 0 0 .4rem; overflow-wrap: anywhere; }
h4 { font-size: .95rem; margin: 1rem 0 .3rem; } section > h3 { margin-top: 1.6rem; }
p { max-width: 44rem; margin: .5rem 0; }
.kicker { color: var(--accent); font-weight: 600; margin: 0; }
.soft, figcaption { color: var(--soft); font-size: .9rem; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .75rem; margin: 1.4rem 0;
  padding: 0; list-style: none; }
.figures li { background: var(--panel); border-radius: .5rem; padding: .7rem .9rem; }
.figures b { display: block; font-size: 1.45rem; line-height: 1.25; font-variant-numeric: tabular-nums; }
.figures > li > span { color: var(--soft); font-size: .85rem; }
td.marginals { min-width: 13rem; }
.statement { max-width: 50rem; border-left: 4px solid var(--accent); background: var(--panel); padding: .4rem 1rem; border-radius: 0 .5rem .5rem 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
.wide { width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .35rem .9rem .35rem 0; border-bottom: 1px solid var(--rule); }
td.n, th.n { text-align: right; white-space: nowrap; }
td.code { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .8rem; overflow-wrap: anywhere; }
details summary { cursor: pointer; color: var(--accent); }
.names { margin: .3rem 0 0; max-width: 34rem; font-size: .85rem; }
figure { margin: .8rem 0; }
.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(20rem, 100%), 1fr)); gap: 1rem; align-items: start; }
.grid figure { margin: 0; background: var(--panel); border-radius: .5rem; padding: .9rem; min-width: 0; }
.key { display: inline-block; width: .8em; height: .8em; border-radius: .15em; margin-right: .4em; vertical-align: -.05em; }
.key.dot { border-radius: 50%; width: .6em; height: .6em; }
svg { display: block; overflow: visible; max-width: 100%; }
svg text { font-size: 12px; fill: var(--ink); }
svg text.tick { fill: var(--soft); font-size: 11px; }
svg text.on-bar { fill: var(--on-bar); font-weight: 600; font-size: 13px; }
line.grid { stroke: var(--rule); stroke-width: 1; }
line.reference { stroke: var(--soft); stroke-width: 1.5; stroke-dasharray: 5 4; }
line.whisker { stroke: var(--measured); stroke-width: 1.5; }
.curve { fill: none; stroke: var(--accent); stroke-width: 2; }
.point { fill: var(--accent); stroke: var(--paper); stroke-width: 1.5; }
.synthetic { fill: var(--synthetic); background: var(--synthetic); }
.measured { fill: var(--measured); background: var(--measured); }
.left-over { fill: var(--rule); background: var(--rule); }
.stage0 { fill: var(--s0); background: var(--s0); } .stage1 { fill: var(--s1); background: var(--s1); }
.stage2 { fill: var(--s2); background: var(--s2); } .stage3 { fill: var(--s3); background: var(--s3); }
.stage4 { fill: var(--s4); background: var(--s4); }
nav { display: flex; flex-wrap: wrap; gap: .2rem 1rem; font-size: .9rem; }
a { color: var(--accent); }
.maps { grid-template-columns: repeat(auto-fill, minmax(min(26rem, 100%), 1fr)); }
svg.map { width: 100%; height: auto; margin: 0 auto; }
.legend { font-size: .8rem; color: var(--soft); }
.nowrap { white-space: nowrap; margin-right: .5em; }
em { font-style: normal; font-weight: 600; }
ul { max-width: 44rem; padding-left: 1.2rem; } li { margin: .3rem 0; }
.figures { max-width: none; } .figures li { margin: 0; }
.warning { background: var(--warning); color: var(--warning-ink); padding: 1rem 1.2rem; border-radius: .5rem; margin: 0 0 1.2rem;
  font-weight: 600; } .warning b { display: block; font-size: 1.5rem; line-height: 1.3; } .warning p { margin: .3rem 0 0; }
.heat0 { fill: var(--h0); background: var(--h0); } .heat1 { fill: var(--h1); background: var(--h1); }
.heat2 { fill: var(--h2); background: var(--h2); } .heat3 { fill: var(--h3); background: var(--h3); }
.heat4 { fill: var(--h4); background: var(--h4); } .heat5 { fill: var(--h5); background: var(--h5); }
.heat6 { fill: var(--h6); background: var(--h6); }
.key { border: 1px solid transparent; }
@media print { body { font-size: 10.5pt; } main { padding: 0; max-width: none; } nav { display: none; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; } h2, h3 { break-after: avoid; }
  .scroll { overflow: visible; } }
@media print { .grid figure, tr { break-inside: avoid; } }
)css";

}  // namespace fedloom::report
