"use strict";
// The pages that are served live. What comes from the service goes in as text; the address after "#" says what is shown.
(() => {
  const { show, element } = window.infinoPage;
  const main = document.querySelector("main"), title = document.getElementById("title"), tools = document.getElementById("tools");
  const status = document.getElementById("status"), dialog = document.getElementById("records");
  const OPERATORS = ["is", "is_not", "is_one_of", "is_not_one_of", "is_between", "is_not_between", "contains", "exists", "does_not_exist"];
  let turn = 0, timer = null, view = { filters: undefined, time_range: undefined, every: undefined }, thread = null;

  const say = (text, bad = false) => { status.textContent = text; status.classList.toggle("bad", bad); };
  const ask = async (name, given) => {
    const answer = await fetch(`/api/${name}`, { method: "POST", headers: { "Content-Type": "application/json", Authorization: `Bearer ${localStorage.getItem("token")}` }, body: JSON.stringify(given) });
    const body = await answer.json();
    if (!answer.ok) throw new Error(body.error);
    return body;
  };
  const control = (label, made, classes) => { const around = element("label", classes, label); around.append(made); return around; };
  const input = (type, value = "") => { const made = element("input"); made.type = type; made.value = value; return made; };
  const button = (text, act, label) => { const made = element("button", "", text); made.type = "button"; if (label) made.setAttribute("aria-label", label); made.addEventListener("click", act); return made; };
  const choice = (values, chosen) => { const made = element("select"); for (const [value, text] of values) { const one = element("option", "", text); one.value = value; one.selected = value === chosen; made.append(one); } return made; };

  const plain = (text) => (/^-?\d+(\.\d+)?$/.test(text) && String(Number(text)) === text ? Number(text) : text === "true" ? true : text === "false" ? false : text);
  const valued = (operator, text) => {
    if (operator.endsWith("exist") || operator === "exists") return {};
    const list = text.split(",").map((one) => plain(one.trim()));
    return { value: operator.includes("one_of") || operator.includes("between") ? list : plain(text.trim()) };
  };
  const local = (moment) => { const at = new Date(moment); return Number.isNaN(at.getTime()) ? "" : new Date(at - at.getTimezoneOffset() * 60000).toISOString().slice(0, 16); };

  // The form stays as it is while panels are refreshed: somebody may be typing.
  const bar = (again) => {
    const line = element("form", "tools"), names = element("datalist");
    names.id = "columns";
    const field = input("text"), operator = choice(OPERATORS.map((one) => [one, one.replaceAll("_", " ")])), value = input("text");
    field.setAttribute("list", "columns"); field.required = true; value.placeholder = "a, b for several";
    const add = button("add filter", () => line.requestSubmit());
    const from = input("datetime-local"), to = input("datetime-local");
    const span = () => { view.time_range = from.value && to.value ? { from: new Date(from.value).toISOString(), to: new Date(to.value).toISOString() } : null; if (Boolean(from.value) === Boolean(to.value)) again(); };
    from.addEventListener("change", span); to.addEventListener("change", span);
    const every = choice([["0", "by hand"], ["5", "every 5 s"], ["30", "every 30 s"], ["60", "every minute"], ["300", "every 5 min"]], "0");
    every.addEventListener("change", () => { view.every = Number(every.value); schedule(again); });
    line.addEventListener("submit", (event) => { event.preventDefault(); view.filters.push({ field: field.value, operator: operator.value, ...valued(operator.value, value.value) }); field.value = ""; value.value = ""; again(); });
    line.append(control("field", field), control("condition", operator), control("value", value), add, names, control("from", from), control("to", to), button("refresh", () => again()), control("refresh", every));
    const chips = element("div", "tools");
    tools.replaceChildren(line, chips);
    return (found) => {
      names.replaceChildren(...[...new Set(found.panels.flatMap((panel) => panel.columns || []))].map((name) => { const one = element("option"); one.value = name; return one; }));
      const given = found.time_range || {};
      if (![from, to].includes(document.activeElement)) { from.value = given.from ? local(given.from) : ""; to.value = given.to ? local(given.to) : ""; }
      every.value = String(view.every);
      if (every.value !== String(view.every)) { const own = element("option", "", `every ${view.every} s`); own.value = String(view.every); every.append(own); own.selected = true; }
      chips.replaceChildren(...found.filters.map((one, at) => {
        const chip = element("span", "chip", `${one.field} ${one.operator.replaceAll("_", " ")} ${one.value === undefined || one.value === null ? "" : JSON.stringify(one.value)}`);
        chip.append(button("×", () => { view.filters.splice(at, 1); again(); }, `remove the filter on ${one.field}`));
        return chip;
      }));
    };
  };
  // Panels drawn anew in the place of others: what was open, focused or scrolled to stays so.
  const renew = (panels, hooks) => {
    const top = scrollY, buttons = () => [...main.querySelectorAll("button[aria-label]")];
    const key = (one) => `${one.closest("section").id} ${one.getAttribute("aria-label")}`;
    const open = buttons().filter((one) => one.getAttribute("aria-expanded") === "true").map(key);
    const focused = main.contains(document.activeElement) && document.activeElement.hasAttribute("aria-label") ? key(document.activeElement) : null;
    show(main, panels, hooks);
    for (const one of buttons()) { if (open.includes(key(one))) one.click(); if (key(one) === focused) one.focus({ preventScroll: true }); }
    scrollTo(scrollX, top);
  };
  const schedule = (again) => { clearInterval(timer); timer = view.every > 0 ? setInterval(() => { if (!document.hidden && !dialog.open) again(true); }, view.every * 1000) : null; };

  const pick = async (panel, row) => {
    try {
      const found = await ask("records", { ...panel.records, row, filters: view.filters, time_range: view.time_range });
      const place = dialog.querySelector("div");
      const holder = element("div");
      place.replaceChildren(holder);
      window.infinoPage.add(holder, found.panels);
      if (!dialog.open) dialog.showModal();
    } catch (problem) { say(problem.message, true); }
  };

  const board = async (name, id) => {
    let update = null;
    const again = async (byItself = false) => {
      const asked = ++turn;
      status.setAttribute("aria-live", byItself ? "off" : "polite");
      if (!byItself) say("asking …");
      try {
        const found = await ask(name, { id, ...(view.filters ? { filters: view.filters, time_range: view.time_range } : {}) });
        if (asked !== turn) return;
        view.filters = found.filters; view.time_range = found.time_range;
        if (view.every === undefined) { view.every = Number(found.refresh) || 0; }
        title.textContent = found.title; document.title = found.title || "Infino";
        update ??= bar(again);
        update(found);
        renew(found.panels, { pick, still: byItself });
        schedule(again);
        say(`as of ${new Date().toLocaleTimeString()}`);
      } catch (problem) { if (asked === turn) say(problem.message, true); }
      document.documentElement.dataset.drawn = String(asked);
    };
    await again();
  };

  const overview = async () => {
    title.textContent = "Dashboards and visualizations";
    const found = await ask("overview", {});
    for (const [name, items] of Object.entries(found)) {
      const list = element("ul", "list");
      for (const one of items) {
        const line = element("li"), link = element("a", "", one.title || one.id);
        link.href = `#/${name}/${encodeURIComponent(one.id)}`;
        line.append(link, element("small", "", [one.kind, one.description, ...one.tags].filter(Boolean).join(" · ")));
        list.append(line);
      }
      if (!items.length) list.append(element("li", "", "none yet"));
      const heading = element("h2", "list", name === "dashboards" ? "Dashboards" : "Visualizations");
      main.append(heading, list);
    }
  };

  const fino = () => {
    title.textContent = "Ask Fino";
    const line = element("form", "tools"), question = input("text"), again = button("ask", () => line.requestSubmit());
    question.required = true; question.id = "question";
    line.append(control("question", question, "wide"), again);
    const more = element("div", "tools");
    tools.replaceChildren(line, more);
    line.addEventListener("submit", async (event) => {
      event.preventDefault();
      const asked = ++turn;
      say("Fino is thinking …"); again.disabled = true;
      try {
        const found = await ask("ask", { question: question.value, thread });
        if (asked !== turn) return;
        thread = found.thread;
        show(main, found.panels);
        more.replaceChildren(...found.suggestions.map((text) => button(text, () => { question.value = text; line.requestSubmit(); })));
        if (found.save) more.prepend(button("save as visualization", async () => { try { location.hash = `#/visualizations/${encodeURIComponent((await ask("save", found.save)).id)}`; } catch (problem) { say(problem.message, true); } }));
        say("");
      } catch (problem) { say(problem.message, true); } finally { again.disabled = false; }
      document.documentElement.dataset.drawn = String(asked);
    });
  };

  const open = async () => {
    const [place, token] = location.hash.slice(1).split("?token=");
    if (token) { localStorage.setItem("token", token); history.replaceState(null, "", `#${place}`); }
    turn += 1; clearInterval(timer); thread = null;
    view = { filters: undefined, time_range: undefined, every: undefined };
    show(main, []); tools.replaceChildren(); title.textContent = ""; say("");
    main.classList.toggle("flow", place === "/ask" || place === "/" || !place);
    const [, kind, id] = place.split("/");
    try {
      if (id && kind === "dashboards") await board("dashboard", decodeURIComponent(id));
      else if (id && kind === "visualizations") await board("visualization", decodeURIComponent(id));
      else if (kind === "ask") fino();
      else await overview();
    } catch (problem) { say(problem.message, true); }
    document.documentElement.dataset.drawn = String(turn);
  };
  document.getElementById("close").addEventListener("click", () => dialog.close());
  addEventListener("hashchange", open);
  open();
})();
