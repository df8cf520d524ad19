"use strict";
// Draws the panels that the page holds as JSON, or those that a page served live hands over. Every text goes in as text, never as HTML; only markdown comes rendered, without HTML of its own.
(() => {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  // What the reader prefers, whatever language the browser's own menus have.
  const locale = navigator.languages.filter((one) => { try { return Intl.getCanonicalLocales(one).length; } catch { return false; } });
  // A year or a flight's number has four digits: groups begin with the fifth.
  const numbers = new Intl.NumberFormat(locale, { maximumFractionDigits: 6, useGrouping: "min2" });
  const shortNumbers = new Intl.NumberFormat(locale, { notation: "compact", maximumFractionDigits: 2 });
  let charts = [], printing = false, still = false;

  // Days and moments in the reader's words; in UTC, as the service cuts them.
  const MOMENT = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|\+00:?00)?)?$/;
  const days = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" });
  const moments = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" });
  const seconds = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "medium", timeZone: "UTC" });
  const dated = (value) => {
    if (typeof value === "string" && !MOMENT.test(value)) return value;
    const text = String(value);
    const at = new Date(typeof value === "number" ? value : text.length === 10 ? text : text.replace(/(Z|\+00:?00)$/, "").slice(0, 23).replace(" ", "T") + "Z");
    if (Number.isNaN(at.getTime())) return text;
    return (text.length === 10 || (typeof value === "number" && at % 86400000 === 0) ? days : at % 60000 === 0 ? moments : seconds).format(at);
  };

  const element = (name, classes, text) => {
    const made = document.createElement(name);
    if (classes) made.className = classes;
    if (text !== undefined) made.textContent = text;
    return made;
  };
  const shown = (value) => (value === null || value === undefined ? "" : typeof value === "number" ? numbers.format(value) : typeof value === "object" ? JSON.stringify(value) : dated(String(value)));

  const formatted = (value, format) => {
    if (value === null || value === undefined) return "no data";
    if (typeof value !== "number") return String(value);
    const given = format || {};
    const digits = Number.isInteger(given.decimals) ? Math.min(Math.max(given.decimals, 0), 20) : undefined;
    const text = new Intl.NumberFormat(locale, {
      minimumFractionDigits: digits, maximumFractionDigits: digits ?? 6,
      notation: given.abbreviate ? "compact" : "standard", useGrouping: given.thousands_separator !== false,
    }).format(value);
    return (given.prefix || "") + text + (given.suffix || "");
  };

  // The value of the row's own axis; `pick` is asked for the records behind it.
  const table = (columns, rows, pick) => {
    const made = element("table");
    const head = made.createTHead().insertRow();
    const body = made.createTBody();
    const fill = (sorted) => {
      body.replaceChildren();
      for (const row of sorted) {
        const line = body.insertRow();
        columns.forEach((column, at) => { const cell = line.insertCell(); cell.textContent = shown(row[at]); if (typeof row[at] === "string" && cell.textContent !== row[at]) cell.title = row[at]; if (typeof row[at] === "number") cell.className = "number"; });
        if (pick) { const button = element("button", "small", "records"); button.type = "button"; button.addEventListener("click", () => pick(Object.fromEntries(columns.map((column, at) => [column, row[at]])))); line.insertCell().append(button); }
      }
    };
    columns.forEach((column, at) => {
      const cell = element("th"); cell.scope = "col";
      const button = element("button", "", column); button.type = "button";
      button.addEventListener("click", () => {
        const up = cell.getAttribute("aria-sort") !== "ascending";
        for (const other of head.querySelectorAll("th")) other.removeAttribute("aria-sort");
        cell.setAttribute("aria-sort", up ? "ascending" : "descending");
        const compare = (a, b) => typeof a === "number" && typeof b === "number" ? a - b : String(a ?? "").localeCompare(String(b ?? ""), locale, { numeric: true });
        fill([...rows].sort((a, b) => (up ? 1 : -1) * compare(a[at], b[at])));
      });
      if (rows.some((row) => typeof row[at] === "number")) cell.className = "number";
      cell.append(button); head.append(cell);
    });
    if (pick) head.insertCell();
    fill(rows);
    return made;
  };

  const localised = (option) => {
    const axes = (axis) => (Array.isArray(axis) ? axis : axis ? [axis] : []);
    for (const axis of [...axes(option.xAxis), ...axes(option.yAxis)]) {
      if (axis.type === "value") axis.axisLabel = { hideOverlap: true, ...axis.axisLabel, formatter: (value) => shortNumbers.format(value) };
      else axis.axisLabel = { hideOverlap: true, ...axis.axisLabel };
      if (axis.type === "time" || (axis.type === "category" && (axis.data || []).some((one) => MOMENT.test(one)))) {
        axis.axisLabel.formatter = dated;
        axis.axisPointer = { ...axis.axisPointer, label: { formatter: ({ value }) => dated(value) } };
      }
      axis.axisLine = { ...axis.axisLine, onZero: false };
    }
    // A name below the axis stands apart from its labels; one beside it would lie on them, so it goes to the top.
    for (const axis of axes(option.xAxis)) { axis.nameLocation = "middle"; axis.nameGap = 28; }
    const lying = axes(option.yAxis).some((axis) => axis.type === "category") && axes(option.xAxis).some((axis) => axis.type === "value");
    if (lying) {
      // The first stands at the top, as it is read; what bars say is short, and has its place beside the longest.
      for (const axis of axes(option.yAxis)) axis.inverse = true;
      for (const one of option.series || []) if (one.label) one.label = { ...one.label, formatter: ({ value }) => (typeof value === "number" ? shortNumbers.format(value) : shown(value)) };
    }
    for (const axis of axes(option.yAxis)) { axis.nameLocation = lying ? "start" : "end"; axis.nameGap = 10; axis.nameTextStyle = { ...axis.nameTextStyle, align: "left" }; }
    const legend = Array.isArray(option.legend) ? option.legend[0] : option.legend;
    // The heading of the panel is the title, so a legend at the top needs no room for one.
    if (legend) { option.legend = { type: "scroll", ...legend, ...(legend.top === 28 ? { top: 0 } : {}) }; }
    const named = axes(option.yAxis).some((axis) => axis.name) ? 18 : 0;
    option.grid = { left: 16, right: lying ? 52 : 36, top: (legend && legend.show !== false && legend.bottom === undefined ? 36 : 14) + named, bottom: option.visualMap ? 72 : 32, containLabel: true };
    option.tooltip = { ...(Array.isArray(option.tooltip) ? option.tooltip[0] : option.tooltip), renderMode: "richText", confine: true, valueFormatter: (value) => shown(Array.isArray(value) ? value[1] : value) };
    const points = (Array.isArray(option.series) ? option.series : []).reduce((sum, one) => sum + (one.data || []).length, 0);
    // Marks at some points of many say nothing; a point between gaps has only its mark.
    for (const one of option.series || []) if (one.type === "line" && (one.data || []).length > 60 && !one.data.includes(null)) one.showSymbol = false;
    if (points > 2000) {
      option.animation = false;
      for (const one of option.series) { if (one.type === "line") { one.sampling = "lttb"; one.showSymbol = false; } else { one.large = true; } }
    }
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) option.animation = false;
    option.useUTC = true;
    option.aria = { enabled: true };
    option.backgroundColor = "transparent";
    delete option.title;
    return option;
  };

  // A legend at a side or below has its room beside the chart; the room it takes of the width.
  const aside = (option, width) => {
    const legend = option.legend;
    if (!legend || legend.show === false || !option.grid) return 0;
    if (legend.orient !== "vertical") { if (legend.bottom !== undefined && option.xAxis) option.grid.bottom += 24; return 0; }
    const room = Math.min(180, width * 0.35), side = legend.left === undefined ? "right" : "left";
    option.legend = { ...legend, top: 14, textStyle: { ...legend.textStyle, width: room - 48, overflow: "truncate" }, tooltip: { show: true } };
    option.grid[side] += room;
    return room;
  };
  // As ECharts measures them; where hundreds stand beside each other, none has room.
  const pen = document.createElement("canvas").getContext("2d");
  pen.font = "12px sans-serif";
  const longestOf = (labels) => labels.length > 500 ? 80 : Math.max(...labels.map((one) => pen.measureText(one).width), 7);
  const narrow = (option, box) => {
    const width = box.clientWidth;
    // Long labels are cut, so that they leave room for the chart; the tooltip says them whole.
    const beside = aside(option, width);
    for (const axis of [option.xAxis].flat()) if (axis && axis.type === "category" && axis.data && axis.axisLabel.formatter !== dated) {
      const each = (width - 90 - beside) / Math.max(axis.data.length, 1), longest = longestOf(axis.data);
      const whole = each >= longest + 6, upright = each >= 44 || whole;
      // Where labels don't fit beside each other they lean; where not even that fits, ECharts leaves some out.
      if (!upright && each >= 18) { axis.axisLabel = { rotate: 40, interval: 0, width: 80, overflow: "truncate", ...axis.axisLabel, hideOverlap: false }; axis.nameGap = 18 + Math.min(80, longest) * 0.65; }
      else axis.axisLabel = { ...(whole ? {} : { width: upright ? each - 6 : 72, overflow: "truncate" }), ...(upright ? { interval: 0 } : {}), ...axis.axisLabel };
    }
    for (const axis of [option.yAxis].flat()) if (axis && axis.type === "category") axis.axisLabel = { width: Math.max(60, width * 0.3), overflow: "truncate", ...axis.axisLabel };
    const lying = [option.yAxis].flat().find((axis) => axis && axis.type === "category" && axis.data);
    // Stacked below each other, panels are as high as their own labels and legend need.
    if (matchMedia("(max-width: 760px)").matches && !box.closest("main.alone")) box.style.height = `${Math.min(Math.max(260, lying ? 110 + 20 * lying.data.length : 0), 900)}px`;
    else box.style.height = "";
    for (const one of Array.isArray(option.series) ? option.series : []) {
      // The legend names the slices; labels beside them are cut where there is no room.
      if (one.type === "pie") { one.stillShowZeroSum = false; one.center = ["50%", "45%"]; one.label = width < 420 ? { show: false } : { formatter: ({ name, percent }) => `${name} ${shortNumbers.format(percent)}%` }; }
    }
    return option;
  };

  // Cells say their value where it fits.
  const heat = (option, box) => {
    const across = [option.xAxis].flat()[0].data, down = [option.yAxis].flat()[0].data;
    const fits = across && down && (box.clientWidth - 60) / across.length >= 34 && (box.clientHeight - 110) / down.length >= 14;
    for (const one of option.series) if (one.type === "heatmap") one.label = { ...one.label, show: Boolean(fits) && one.label?.show !== false, formatter: ({ value }) => shortNumbers.format(value[2]) };
    return option;
  };

  // The option as it fits into a box, whose height is settled, too.
  const fitted = (panel, box) => {
    const option = narrow(localised(structuredClone(panel.option)), box);
    return option.series?.[0]?.type === "heatmap" ? heat(option, box) : option;
  };

  const draw = (panel, box, pick) => {
    const option = fitted(panel, box);
    if (still) option.animation = false;
    const chart = echarts.init(box, dark.matches && !printing ? "dark" : null);
    chart.setOption(option);
    const act = (event) => { const row = event && clicked(panel, event); if (row) pick(row); };
    if (pick && option.series.every((one) => one.type === "line")) chart.getZr().on("click", (event) => act(nearest(chart, option, event)));
    else if (pick) chart.on("click", act);
    return chart;
  };

  // A chart of many points is painted over several frames, and the next of them fails where its canvas is gone.
  const end = (chart) => { chart.clear(); chart.getZr().refreshImmediately(); chart.dispose(); };

  // A button that shows something else in the place of the chart, and the chart again.
  const swap = (header, body, word, label, make) => {
    const button = element("button", "", word); button.type = "button"; button.setAttribute("aria-expanded", "false"); button.setAttribute("aria-label", label);
    let other = null;
    button.addEventListener("click", () => {
      const open = other === null;
      for (const pressed of header.querySelectorAll("button[aria-expanded=true]")) if (pressed !== button) pressed.click();
      button.setAttribute("aria-expanded", String(open)); button.textContent = open ? "back" : word;
      for (const shown of body.children) shown.hidden = open;
      if (open) { other = make(); body.append(other); } else { other.remove(); other = null; redraw((one) => one.stale); }
    });
    header.append(button);
  };

  const told = (panel, section) => { for (const note of panel.notes || []) section.append(element("p", "note", note)); };

  const fill = (panel, body, header, hooks) => {
    const pick = hooks.pick && panel.records ? (row) => hooks.pick(panel, row) : null;
    if (panel.kind === "error") { const made = element("div", "error", panel.message); made.setAttribute("role", "alert"); body.append(made); return; }
    if (panel.kind === "markdown") { body.innerHTML = panel.html; return; }
    if (panel.kind === "metric") {
      const made = element("div", "metric", formatted(panel.value, panel.formatting));
      made.style.setProperty("--length", Math.max(made.textContent.length, 4));
      if (panel.label) made.append(element("small", "", panel.label));
      body.append(made); return;
    }
    if (panel.rows && panel.rows.length === 0) { body.append(element("div", "empty", "no data")); return; }
    if (panel.kind === "table") { body.append(table(panel.columns, panel.rows, pick)); return; }
    const only = [panel.option.series].flat()[0];
    if (only?.type === "pie" && (only.data || []).every((one) => !one?.value)) { body.append(element("div", "empty", "nothing to share: no value is above 0")); return; }
    const box = element("div", "chart"); box.setAttribute("role", "img"); box.setAttribute("aria-label", panel.title || "chart");
    body.append(box);
    charts.push({ panel, box, pick, chart: draw(panel, box, pick) });
    if (panel.rows) swap(header, body, "data", `data of ${panel.title || "the chart"} as a table`, () => table(panel.columns, panel.rows, pick));
  };

  // The row behind a mark that was clicked: that of its place, or of its labels where an axis puts rows in order.
  const MIDNIGHT = /^\d{4}-\d\d-\d\d[T ]00:00:00(\.0+)?(Z|[+-]00:?00)?$/;
  const isAt = (value, label) => {
    const text = value === null ? "(no value)" : typeof value === "boolean" ? (value ? "True" : "False") : String(value);
    return text === label || (typeof value === "number" && label.trim() !== "" && Number(label) === value) || (MIDNIGHT.test(text) && text.slice(0, 10) === label);
  };
  // A line of many points has no marks: a click beside it is on the nearest.
  const nearest = (chart, option, { offsetX, offsetY }) => {
    if (!chart.containPixel({ gridIndex: 0 }, [offsetX, offsetY])) return null;
    const [dataIndex, value] = chart.convertFromPixel({ gridIndex: 0 }, [offsetX, offsetY]);
    const apart = (one) => Math.abs(one.data[dataIndex] - value);
    const there = option.series.filter((one) => typeof one.data[dataIndex] === "number").sort((a, b) => apart(a) - apart(b));
    return there.length ? { seriesType: "line", seriesName: there[0].name, dataIndex } : null;
  };
  const clicked = (panel, event) => {
    if (!panel.rows || !panel.columns) return null;
    const named = (row) => row && Object.fromEntries(panel.columns.map((column, place) => [column, row[place]]));
    if (["pie", "scatter"].includes(event.seriesType)) return named(panel.rows[event.dataIndex]);
    const labels = (name) => [panel.option[name]].flat()[0]?.data;
    const { x, series } = panel.records, column = panel.columns.indexOf(x), split = panel.columns.indexOf(series);
    if (event.seriesType === "heatmap") return named(panel.rows.find((row) => isAt(row[column], labels("xAxis")[event.value[0]]) && isAt(row[split], labels("yAxis")[event.value[1]])));
    const along = labels("xAxis") || labels("yAxis"), label = along[event.dataIndex];
    const ofSeries = (row) => split < 0 || ["", ...panel.columns.map((measure) => `, ${measure}`)].some((end) => event.seriesName.endsWith(end) && isAt(row[split], event.seriesName.slice(0, event.seriesName.length - end.length)));
    // A value that a series has twice has taken two places.
    const before = along.slice(0, event.dataIndex).filter((one) => one === label).length;
    return named(panel.rows.filter((row) => isAt(row[column], label) && ofSeries(row))[before]);
  };

  const show = (main, panels, hooks = {}) => {
    for (const one of charts) end(one.chart);
    charts = []; still = Boolean(hooks.still);
    main.replaceChildren();
    add(main, panels, hooks);
  };
  const add = (main, panels, hooks = {}) => {
    // A chart or a number alone takes the window.
    main.classList.toggle("alone", panels.length === 1 && ["echarts", "metric"].includes(panels[0].kind));
    for (const panel of panels) {
      const section = element("section", `panel is-${panel.kind}${panel.joined ? " joined" : ""}`);
      section.id = panel.id;
      const { x, y, w, h } = panel.layout;
      section.style.gridColumn = `${x + 1} / span ${Math.min(w, 48 - x)}`;
      section.style.gridRow = `${y + 1} / span ${h}`;
      const header = element("header");
      header.append(element("h2", panel.untitled ? "unseen" : "", panel.title || ""));
      main.append(section);
      if (panel.kind === "divider") { section.append(header, element("hr")); continue; }
      const body = element("div", "body");
      section.append(header, body);
      told(panel, section);
      fill(panel, body, header, hooks);
      if (panel.query) swap(header, body, "query", `query behind ${panel.title || "the panel"}`, () => element("pre", "query", panel.query));
    }
  };

  // What is hidden has no size to be drawn in: it waits until it is seen again.
  const redraw = (wanted = () => true) => charts.filter(wanted).forEach((one) => {
    one.stale = one.box.hidden;
    if (one.stale) return;
    end(one.chart); one.chart = draw(one.panel, one.box, one.pick);
  });
  // Labels and heights follow the width, so that another width draws anew.
  let width = document.body.clientWidth, settled = null;
  new ResizeObserver(() => {
    for (const one of charts) if (!one.box.hidden) one.chart.resize();
    if (document.body.clientWidth === width || printing) return;
    width = document.body.clientWidth; clearTimeout(settled); settled = setTimeout(() => redraw(), 150);
  }).observe(document.body);
  dark.addEventListener("change", () => redraw());
  // Paper is white, whatever the screen is.
  addEventListener("beforeprint", () => { printing = true; redraw(); });
  addEventListener("afterprint", () => { printing = false; redraw(); });
  window.infinoPage = { show, add, element };

  // A picture as SVG: charts as ECharts writes them; what is HTML stands in a foreignObject, with the style of this page.
  const vectors = (size) => {
    const alone = document.querySelectorAll(".panel").length === 1;
    const drawn = charts.map(({ panel, box }) => {
      const [width, height] = alone ? size : [box.clientWidth, box.clientHeight];
      const option = fitted(panel, box);
      const name = panel.option.title?.text || panel.title;
      if (alone && name) {
        option.title = { text: name, left: "center", top: 8, textStyle: { fontSize: 16 } };
        option.grid.top += 34;
        if (option.legend?.top === 0) option.legend.top = 34;
      }
      const chart = echarts.init(null, null, { renderer: "svg", ssr: true, width, height });
      chart.setOption({ ...option, animation: false });
      const text = chart.renderToSVGString();
      chart.dispose();
      return text;
    });
    if (alone && drawn.length) return drawn[0];
    drawn.forEach((text, number) => { charts[number].box.innerHTML = text; });
    for (const button of document.querySelectorAll(".panel > header button, button.small")) button.remove();
    const [heading, body] = ["h1", "main"].map((name) => new XMLSerializer().serializeToString(document.querySelector(name)));
    const style = document.querySelector("style").textContent.replace(/&/g, "&amp;").replace(/</g, "&lt;");
    return `<svg xmlns="http://www.w3.org/2000/svg" width="${size[0]}" height="${size[1]}"><style>${style}</style>` +
      `<foreignObject width="100%" height="100%"><body xmlns="http://www.w3.org/1999/xhtml">${heading}${body}</body></foreignObject></svg>`;
  };
  const base64 = (text) => btoa(Array.from(new TextEncoder().encode(text), (one) => String.fromCharCode(one)).join(""));
  const held = document.getElementById("data");
  if (held) { show(document.querySelector("main"), JSON.parse(held.textContent).panels); document.documentElement.dataset.drawn = "true"; }
  // Only what no XML may hold is left out.
  if (held && location.hash.startsWith("#svg=")) document.documentElement.dataset.svg = base64(vectors(location.hash.slice(5).split("x").map(Number)).toWellFormed().replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, ""));
})();
