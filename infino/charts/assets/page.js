"use strict";
// Draws the panels that the page holds as JSON. Every text goes in as text, never as HTML; only markdown comes rendered, without HTML of its own.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const numbers = new Intl.NumberFormat(undefined, { maximumFractionDigits: 6 });
  const shortNumbers = new Intl.NumberFormat(undefined, { notation: "compact", maximumFractionDigits: 2 });
  const charts = [];

  const element = (name, classes, text) => {
    const made = document.createElement(name);
    if (classes) made.className = classes;
    if (text !== undefined) made.textContent = text;
    return made;
  };
  const shown = (value) => (value === null || value === undefined ? "" : typeof value === "number" ? numbers.format(value) : typeof value === "object" ? JSON.stringify(value) : String(value));

  const formatted = (value, format) => {
    if (value === null || value === undefined) return "no data";
    if (typeof value !== "number") return String(value);
    const given = format || {};
    const digits = Number.isInteger(given.decimals) ? Math.min(Math.max(given.decimals, 0), 20) : undefined;
    const text = new Intl.NumberFormat(undefined, {
      minimumFractionDigits: digits, maximumFractionDigits: digits ?? 6,
      notation: given.abbreviate ? "compact" : "standard", useGrouping: given.thousands_separator !== false,
    }).format(value);
    return (given.prefix || "") + text + (given.suffix || "");
  };

  const table = (columns, rows) => {
    const made = element("table");
    const head = made.createTHead().insertRow();
    const body = made.createTBody();
    const fill = (sorted) => {
      body.replaceChildren();
      for (const row of sorted) {
        const line = body.insertRow();
        columns.forEach((column, at) => { const cell = line.insertCell(); cell.textContent = shown(row[at]); if (typeof row[at] === "number") cell.className = "number"; });
      }
    };
    columns.forEach((column, at) => {
      const cell = element("th"); cell.scope = "col";
      const button = element("button", "", column); button.type = "button";
      button.addEventListener("click", () => {
        const up = cell.getAttribute("aria-sort") !== "ascending";
        for (const other of head.cells) other.removeAttribute("aria-sort");
        cell.setAttribute("aria-sort", up ? "ascending" : "descending");
        const compare = (a, b) => typeof a === "number" && typeof b === "number" ? a - b : String(a ?? "").localeCompare(String(b ?? ""), undefined, { numeric: true });
        fill([...rows].sort((a, b) => (up ? 1 : -1) * compare(a[at], b[at])));
      });
      if (rows.some((row) => typeof row[at] === "number")) cell.className = "number";
      cell.append(button); head.append(cell);
    });
    fill(rows);
    return made;
  };

  const localised = (option) => {
    const axes = (axis) => (Array.isArray(axis) ? axis : axis ? [axis] : []);
    for (const axis of [...axes(option.xAxis), ...axes(option.yAxis)]) {
      if (axis.type === "value") axis.axisLabel = { ...axis.axisLabel, formatter: (value) => shortNumbers.format(value) };
      else axis.axisLabel = { hideOverlap: true, ...axis.axisLabel };
      axis.nameLocation = "middle"; axis.nameGap = 28; axis.axisLine = { ...axis.axisLine, onZero: false };
    }
    option.grid = { left: 16, right: 24, top: option.legend && option.legend.show !== false ? 48 : 16, bottom: option.visualMap ? 72 : 32, containLabel: true };
    option.tooltip = { ...(Array.isArray(option.tooltip) ? option.tooltip[0] : option.tooltip), renderMode: "richText", confine: true, valueFormatter: (value) => shown(Array.isArray(value) ? value[1] : value) };
    const points = (Array.isArray(option.series) ? option.series : []).reduce((sum, one) => sum + (one.data || []).length, 0);
    if (points > 2000) {
      option.animation = false;
      for (const one of option.series) { if (one.type === "line") { one.sampling = "lttb"; one.showSymbol = false; } else { one.large = true; } }
    }
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) option.animation = false;
    option.aria = { enabled: true };
    option.backgroundColor = "transparent";
    delete option.title;
    return option;
  };

  const narrow = (option, width) => {
    for (const one of Array.isArray(option.series) ? option.series : []) {
      // The legend names the slices; labels beside them are cut where there is no room.
      if (one.type === "pie") { one.center = ["50%", "45%"]; one.label = width < 420 ? { show: false } : { formatter: "{b} {d}%" }; }
    }
    return option;
  };

  const draw = (panel, box) => {
    const chart = echarts.init(box, dark.matches ? "dark" : null);
    chart.setOption(narrow(localised(structuredClone(panel.option)), box.clientWidth));
    return chart;
  };

  const fill = (panel, body, header) => {
    if (panel.kind === "error") { const made = element("div", "error", panel.message); made.setAttribute("role", "alert"); body.append(made); return; }
    if (panel.kind === "markdown") { body.innerHTML = panel.html; return; }
    if (panel.kind === "metric") {
      const made = element("div", "metric", formatted(panel.value, panel.formatting));
      if (panel.label) made.append(element("small", "", panel.label));
      body.append(made); return;
    }
    if (panel.rows && panel.rows.length === 0) { body.append(element("div", "empty", "no data")); return; }
    if (panel.kind === "table") { body.append(table(panel.columns, panel.rows)); return; }
    const box = element("div", "chart"); box.setAttribute("role", "img"); box.setAttribute("aria-label", panel.title || "chart");
    body.append(box);
    charts.push({ panel, box, chart: draw(panel, box) });
    if (panel.rows) {
      const button = element("button", "", "data"); button.type = "button"; button.setAttribute("aria-expanded", "false"); button.setAttribute("aria-label", `data of ${panel.title || "the chart"} as a table`);
      let rows = null;
      button.addEventListener("click", () => {
        const open = rows === null;
        button.setAttribute("aria-expanded", String(open)); button.textContent = open ? "chart" : "data";
        box.hidden = open;
        if (open) { rows = table(panel.columns, panel.rows); body.append(rows); } else { rows.remove(); rows = null; }
      });
      header.append(button);
    }
  };

  const main = document.querySelector("main");
  for (const panel of data.panels) {
    const section = element("section", `panel is-${panel.kind}`);
    section.id = panel.id;
    const { x, y, w, h } = panel.layout;
    section.style.gridColumn = `${x + 1} / span ${Math.min(w, 48 - x)}`;
    section.style.gridRow = `${y + 1} / span ${h}`;
    const header = element("header");
    if (panel.title) header.append(element("h2", "", panel.title));
    if (panel.kind === "divider") section.append(header, element("hr"));
    else { const body = element("div", "body"); section.append(header, body); main.append(section); fill(panel, body, header); continue; }
    main.append(section);
  }
  const resize = new ResizeObserver(() => charts.forEach((one) => one.chart.resize()));
  resize.observe(main);
  const redraw = () => charts.forEach((one) => { one.chart.dispose(); one.chart = draw(one.panel, one.box); });
  dark.addEventListener("change", redraw);
  addEventListener("beforeprint", () => charts.forEach((one) => one.chart.resize()));
  document.documentElement.dataset.drawn = "true";
})();
