// The live page: what /events says becomes charts and tables, /api/phones the list of phones, and buttons
// orders to /api/pace. Everything that comes from the run goes into the page as text.
"use strict";
(() => {
  const $ = id => document.getElementById(id);
  const el = (tag, className, ...children) => {
    const e = document.createElement(tag);
    if (className) e.className = className;
    e.append(...children.filter(c => c != null).map(c => c instanceof Node ? c : String(c)));
    return e;
  };
  const row = (...cells) => el("tr", "", ...cells);
  const cell = (className, ...children) => el("td", className, ...children);
  const link = (href, text) => { const a = el("a", "", text); a.href = href; return a; };
  const put = (id, ...children) => $(id).replaceChildren(...children);

  const count = n => n.toLocaleString("en");
  const digits = v => v >= 100 ? String(Math.round(v)) : String(+v.toPrecision(2));
  const span = ms => ms === 0 ? "0" : ms >= 60000 ? digits(ms / 60000) + " min" : ms >= 1000 ? digits(ms / 1000) + " s" : ms >= 1 ? digits(ms) + " ms" : digits(ms * 1000) + " µs";
  const clock = s => { s = Math.floor(s); return s < 60 ? s + " s" : Math.floor(s / 60) + " min " + s % 60 + " s"; };
  const phases = { keys: "making keys", certificates: "making certificates", load: "phones start", stay: "all have started", drain: "phones take their leave" };

  // Views: #run and #phones?state=failed&q=…
  const view = () => location.hash.startsWith("#phones") ? "phones" : "run";
  let charts = null, ended = false;
  function show() {
    for (const name of ["run", "phones"]) {
      $(name).hidden = view() !== name;
      if (view() === name) $("to-" + name).setAttribute("aria-current", "page");
      else $("to-" + name).removeAttribute("aria-current");
    }
    if (view() === "run") charts?.redraw();
    else { readFilter(); list(); }
  }
  addEventListener("hashchange", show);

  // The run.
  function now(s) {
    const n = s.phones, r = s.result;
    ended = s.ended;
    document.title = s.scenario + " · Phonebank";
    put("scenario", s.scenario || "Phonebank");
    put("about", (s.ended ? "" : phases[s.phase] + (s.of ? " " + s.done + "/" + s.of : "") + " · ") + clock(s.elapsed_seconds) + " · seed " + s.seed + " · phonebank " + s.version);
    verdict(s);
    put("registered", count(n.registered));
    put("of-planned", "of " + count(n.planned) + " phones registered");
    put("failed", count(n.failed));
    $("failed").className = n.failed ? "bad" : "";
    put("flight", count(n.started - n.registered - n.failed));
    put("rate", digits(s.registered_per_second) + "/s");
    const parts = $("progress").children, share = v => (100 * v / Math.max(n.planned, 1)) + "%";
    parts[0].style.width = share(n.registered);
    parts[1].style.width = share(n.failed);
    parts[2].style.width = share(n.started - n.registered - n.failed);
    put("speed", Math.round(s.pace.speed * 100) + " %");
    speed = s.pace.speed;
    paused = s.pace.paused;
    put("pause", paused ? "go on" : "pause");
    if (ended) $("pace").hidden = true;
    for (const b of document.querySelectorAll("#pace button")) b.disabled = s.pace.drained && b.dataset.order !== "stop";
    if (r) result(r);
  }
  function verdict(s) {
    let kind = "on", text = "running";
    if (s.broken) [kind, text] = ["bad", "✘ the run broke: " + s.broken];
    else if (s.verdict) [kind, text] = [s.verdict.class, "the run has ended: " + s.verdict.mark + " " + s.verdict.text];
    else if (s.pace.drained) text = "draining";
    else if (s.pace.paused) text = "paused";
    $("verdict").className = "verdict " + kind;
    put("verdict", text);
    put("why", ...(s.verdict?.why || []).map(w => el("p", "soft", w)));
  }
  function result(r) {
    put("boot", r.phones.registered ? span(r.boot_ms.p50) : "–");
    put("boot-p99", r.phones.registered ? "boot, median; p99 " + span(r.boot_ms.p99) : "boot, median");
    put("keepalives", count(r.keepalive.lost) + " of " + count(r.keepalive.sent));
    $("keepalives").className = r.keepalive.lost ? "bad" : "";
    $("thresholds-part").hidden = !r.thresholds.length;
    $("so-far").hidden = ended;
    put("thresholds", ...r.thresholds.map(t => row(cell(t.pass ? "good" : "bad", t.pass ? "✔" : "✘"), cell("", el("code", "", t.expression)),
      cell("n", t.note || (t.unit === "ms" ? span(t.value) : +t.value.toPrecision(6) + (t.unit || ""))))));
    const rungs = r.steps.map(s => ({ name: s.step, started: s.ok + s.failed, ...s, took: s.took_ms, waited: span(s.waited_ms.p95) }));
    if (r.phones.registered) rungs.push({ name: "boot", started: r.phones.started, ok: r.phones.registered, failed: r.phones.failed, retried: 0, took: r.boot_ms, waited: "" });
    put("ladder", ...rungs.map(s => row(cell("", s.name), ...[s.started, s.ok].map(v => cell("n", count(v))), cell(s.failed ? "n bad" : "n", count(s.failed)), cell("n", count(s.retried)),
      ...["p50", "p95", "p99", "max"].map(p => cell("n", s.started ? span(s.took[p]) : "–")), cell("n", s.started ? s.waited : "–"))));
    $("failures-part").hidden = !r.causes.length;
    put("failures", ...r.causes.map(c => {
      const text = cell("long", el("code", "", c.example));
      for (const why of r.explain.filter(e => e.step === c.step && e.cause === c.cause)) {
        if (why.reason && !c.example.endsWith(why.reason)) text.append(el("div", "", why.reason));
        text.append(el("div", "fix", "→ " + why.fix));
      }
      return row(cell("n", link("#phones?" + new URLSearchParams({ cause: c.step + " " + c.cause }), count(c.count))), cell("", c.step), cell("bad", c.cause), text);
    }));
    const messages = Object.entries(r.status_messages).sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
    $("messages-part").hidden = !messages.length;
    put("messages", ...messages.map(([text, n]) => row(cell("", link("#phones?" + new URLSearchParams({ message: text }), text)), cell("n", count(n)))));
  }

  // The stream. A browser comes back by itself when it is cut off, and then gets the whole.
  const place = c => ({ ...c, into: c.into === "phones" ? "phones-now" : c.into });
  const heard = new EventSource("/events");
  const on = (event, take) => heard.addEventListener(event, e => take(JSON.parse(e.data)));
  on("now", s => { now(s); if (ended) list(); });
  on("charts", all => {
    all = all.map(place);
    if (charts) for (const c of all) charts.put(c);
    else charts = showCharts(all);
  });
  on("more", parts => charts?.more(parts.map(place)));
  on("distribution", c => charts?.put(c));
  heard.onerror = () => {
    if (ended) { heard.close(); return; }
    $("verdict").className = "verdict warn";
    put("verdict", "no connection to the run");
  };

  // The list of phones.
  const filter = $("filter"), page = 50;
  let offset = 0, asking = false, again = false;
  function readFilter() {
    const asked = new URLSearchParams(location.hash.split("?")[1] || "");
    offset = Number(asked.get("offset")) || 0;
    for (const field of filter.elements) {
      if (!field.name || document.activeElement === field) continue;
      const value = asked.get(field.name) || "";
      if (field.tagName === "SELECT" && ![...field.options].some(o => o.value === value)) field.add(new Option(value || "any", value));
      field.value = value;
    }
  }
  function go(from) {
    const asked = new URLSearchParams([...new FormData(filter)].filter(([, v]) => v));
    if (from > 0) asked.set("offset", from);
    history.replaceState(null, "", "#phones" + (asked.size ? "?" + asked : ""));
    offset = from;
    list();
  }
  filter.addEventListener("input", () => go(0));
  filter.addEventListener("submit", e => e.preventDefault());
  filter.addEventListener("reset", () => setTimeout(() => go(0)));
  $("back").addEventListener("click", () => go(Math.max(0, offset - page)));
  $("on").addEventListener("click", () => go(offset + page));

  function choices(name, counts) {
    const select = filter.elements[name], chosen = select.value;
    if (document.activeElement === select) return; // somebody is choosing
    const known = Object.entries(counts).sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
    if (chosen && !(chosen in counts)) known.push([chosen, 0]);
    select.replaceChildren(new Option("any", ""), ...known.map(([value, n]) => new Option(value + " (" + count(n) + ")", value)));
    select.value = chosen;
  }
  async function list() {
    if (view() !== "phones") return;
    if (asking) { again = true; return; }
    asking = true;
    try {
      const asked = new URLSearchParams([...new FormData(filter)].filter(([, v]) => v));
      asked.set("offset", offset);
      asked.set("limit", page);
      const answer = await fetch("/api/phones?" + asked);
      if (answer.ok) listed(await answer.json());
    } catch { // the stream says that the run is gone
    } finally {
      asking = false;
      if (again) { again = false; list(); }
    }
  }
  function listed(l) {
    for (const [name, counts] of Object.entries({ state: l.states, model: l.models, group: l.groups, cause: l.causes, message: l.messages })) choices(name, counts);
    const groups = Object.keys(l.groups).length > 1;
    $("group-filter").hidden = !groups;
    $("list").querySelector("th.group").hidden = !groups;
    const last = l.offset + l.phones.length;
    put("matching", l.matching === 0 ? "none of " + count(l.started) + " phones" : count(l.offset + 1) + " to " + count(last) + " of " + count(l.matching) + (l.matching < l.started ? " that match, of " + count(l.started) : "") + " phones");
    $("back").disabled = l.offset === 0;
    $("on").disabled = last >= l.matching;
    $("list").tBodies[0].replaceChildren(...l.phones.map(p => {
      const group = cell("group", p.group || "");
      group.hidden = !groups;
      return row(cell("", link("/phone/" + p.name, p.name)), cell("", p.model), group, cell("", el("span", "state " + p.state, p.state)),
        cell("", p.node || (p.step ? "… " + p.step : "")), cell(p.cause ? "bad" : "", p.cause || ""), cell("", p.message || ""));
    }));
  }
  setInterval(() => { if (!document.hidden && !ended) list(); }, 2000);

  // Steering, for those who have the token. It is kept as long as this tab.
  let speed = 1, paused = false;
  const token = $("token");
  try { token.value = sessionStorage.getItem("token") || ""; } catch { /* then it is typed each time */ }
  token.addEventListener("change", () => { try { sessionStorage.setItem("token", token.value); } catch { /* likewise */ } });
  async function steer(order) {
    put("obeyed", "");
    try {
      const answer = await fetch("/api/pace", { method: "POST", headers: { "Content-Type": "application/json", Authorization: "Bearer " + token.value }, body: JSON.stringify(order) });
      const said = await answer.json();
      $("obeyed").className = answer.ok ? "good" : "bad";
      put("obeyed", answer.ok ? "✔" : said.error);
    } catch { $("obeyed").className = "bad"; put("obeyed", "no connection to the run"); }
  }
  $("pace").addEventListener("submit", e => e.preventDefault());
  $("pace").addEventListener("click", e => {
    const b = e.target.closest("button");
    if (!b) return;
    if (b.dataset.speed) steer({ speed: Number(b.dataset.speed) });
    else if (b.dataset.faster) steer({ speed: Math.min(100, Math.max(0.01, speed * Number(b.dataset.faster))) });
    else if (b.dataset.order) { if (b.dataset.order !== "stop" || confirm("End the run now?")) steer({ [b.dataset.order]: true }); }
    else steer({ paused: !paused });
  });
  fetch("/api/access").then(a => a.json()).then(a => { $("pace").hidden = ended || !a.steerable; }).catch(() => {});

  show();
})();
