// Draws charts: {into, x, log, unit, height, series: [{name, colour, values, dash}]}, each into the element of
// that id. Charts over time share one cursor. showCharts returns what changes them afterwards.
"use strict";
const showCharts = (() => {
  const palettes = {
    light: ["#2f6fde", "#0a8f5b", "#c9302c", "#b06f00", "#7b4fd0", "#00849c", "#5b6878"],
    dark: ["#6ea2ff", "#4fd08d", "#ff7b72", "#e3b341", "#b794ff", "#4cc9df", "#9aa7b7"],
  };
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  const round = v => v === 0 ? "0" : Math.abs(v) >= 100 ? Math.round(v).toLocaleString("en") : String(+v.toPrecision(3));
  const amount = (v, unit) => {
    if (v == null) return "–";
    if (unit === "ms") return v >= 60000 ? round(v / 60000) + " min" : v >= 1000 ? round(v / 1000) + " s" : v >= 1 || v === 0 ? round(v) + " ms" : round(v * 1000) + " µs";
    return round(v) + (unit ? " " + unit : "");
  };
  const clock = s => {
    if (s == null) return "–";
    const h = Math.floor(s / 3600), m = Math.floor(s % 3600 / 60), r = +(s % 60).toFixed(1);
    return h ? h + ":" + String(m).padStart(2, "0") + ":" + String(r).padStart(2, "0") : m ? m + ":" + String(r).padStart(2, "0") : r + " s";
  };
  const percentile = x => x == null ? "–" : +(100 - 100 / x).toFixed(4) + " %";

  // Paper has two columns of a known width, whatever the window's.
  const widthOf = (box, printing) => printing ? (box.parentElement.className ? 650 : 310) : Math.max(box.clientWidth, 240);
  const dataOf = chart => [chart.x, ...chart.series.map(s => s.values)];
  // A dot marks what has no neighbour to draw a line to; in a short run, everything.
  const lonely = (u, series) => u.data[series].flatMap((v, n, all) =>
    v != null && (all.length < 40 || all[n - 1] == null && all[n + 1] == null) ? [n] : []);

  function draw(chart, paper, printing) {
    const box = document.getElementById(chart.into);
    const colours = palettes[paper];
    const axis = { stroke: css("--soft"), grid: { stroke: css("--line"), width: 1 }, ticks: { stroke: css("--line"), width: 1 }, font: "11px system-ui, sans-serif" };
    const times = chart.log
      ? [{ ...axis, values: (u, at) => at.map(x => Number.isInteger(Math.log10(x)) || Math.abs(Math.log10(x) % 1) < 1e-9 ? (x === 1 ? "0 %" : percentile(x)) : "") }]
      : [{ ...axis, values: (u, at) => at.map(clock) }];
    return new uPlot({
      width: widthOf(box, printing), height: chart.height || 190,
      cursor: { sync: chart.log ? undefined : { key: "time" }, drag: { x: true, y: false }, points: { size: 5 } },
      scales: { x: { time: false, distr: chart.log ? 3 : 1 }, y: { range: (u, low, high) => [0, high > 0 ? high * 1.06 : 1] } },
      axes: [...times, { ...axis, size: 62, values: (u, at) => at.map(v => amount(v, chart.unit)) }],
      series: [
        { label: chart.log ? "percentile" : "time", value: (u, v) => chart.log ? percentile(v) : clock(v) },
        ...chart.series.map(s => ({
          label: s.name, stroke: colours[s.colour % colours.length], width: 1.6, dash: s.dash ? [5, 4] : undefined,
          spanGaps: chart.log === true, points: { show: true, size: 4, filter: lonely }, value: (u, v) => amount(v, chart.unit),
        })),
      ],
    }, dataOf(chart), box);
  }

  return charts => {
    const drawn = new Map(); // by place
    const drop = into => { drawn.get(into)?.destroy(); drawn.delete(into); };
    const paper = () => dark.matches ? "dark" : "light";
    function all(colours, printing) {
      for (const chart of charts) {
        drop(chart.into);
        drawn.set(chart.into, draw(chart, colours, printing));
      }
    }
    const now = () => all(paper());
    now();
    dark.addEventListener("change", now);
    addEventListener("beforeprint", () => all("light", true));
    addEventListener("afterprint", now);
    let wait;
    addEventListener("resize", () => { clearTimeout(wait); wait = setTimeout(now, 120); });
    return {
      redraw: now,
      // put adds a chart, or takes the place of the one that is there.
      put(chart) {
        charts = [...charts.filter(c => c.into !== chart.into), chart];
        drop(chart.into);
        drawn.set(chart.into, draw(chart, paper()));
      },
      // more adds points at the end of charts over time.
      more(parts) {
        for (const part of parts) {
          const chart = charts.find(c => c.into === part.into);
          if (!chart) continue;
          chart.x = chart.x.concat(part.x);
          part.series.forEach((s, i) => { chart.series[i].values = chart.series[i].values.concat(s.values); });
          const u = drawn.get(chart.into), x = u.scales.x, at = u.data[0];
          const zoomed = at.length > 0 && (x.min > at[0] || x.max < at[at.length - 1]);
          u.setData(dataOf(chart), !zoomed);
          if (zoomed) u.redraw();
        }
      },
    };
  };
})();
