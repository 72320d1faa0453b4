/* The command palette (Ctrl+K), the list of shortcuts (?) and the keys that lead to pages ("g o", "n o"). */
(function () {
  "use strict";

  const palette = document.getElementById("bo-palette");
  const keys = document.getElementById("bo-keys");
  if (!palette) return;
  const input = palette.querySelector("input");
  const list = palette.querySelector("[role=listbox]");
  const note = palette.querySelector("[role=status]");
  const WAIT = 60; // ms of silence before a question is sent
  let timer, asking, chosen = -1;

  async function ask(question) {
    asking?.abort();
    asking = new AbortController();
    const response = await fetch(`${palette.dataset.url}?q=${encodeURIComponent(question)}`, { signal: asking.signal });
    if (!response.ok) throw new Error(response.status);
    return (await response.json()).groups;
  }

  function make(tag, className, text) {
    const element = document.createElement(tag);
    element.className = className;
    element.textContent = text;
    return element;
  }

  function keyCaps(sequence) {
    return sequence.split(" ").flatMap((key) => [make("kbd", "", key.toUpperCase()), " "]);
  }

  function option(entry, number) {
    const line = make("a", "bo-palette-entry", "");
    line.append(make("span", "bo-palette-label", entry.label), make("span", "bo-palette-hint", entry.hint));
    if (entry.keys) line.append(...keyCaps(entry.keys));
    Object.assign(line, { href: entry.url, id: `bo-palette-${number}`, tabIndex: -1 });
    line.setAttribute("role", "option");
    return line;
  }

  function show(groups) {
    let number = 0;
    list.replaceChildren(...groups.map((group) => {
      const section = make("div", "bo-palette-group", "");
      section.setAttribute("role", "group");
      section.setAttribute("aria-label", group.name);
      const name = make("span", "bo-palette-name", group.name);
      name.setAttribute("aria-hidden", "true");
      section.append(name, ...group.entries.map((entry) => option(entry, number++)));
      return section;
    }));
    const { one, many, none } = palette.dataset;
    note.textContent = number === 0 ? none : number === 1 ? one : many.replace("%s", number);
    note.classList.toggle("visually-hidden", number > 0);
    choose(number ? 0 : -1);
  }

  function choose(number) {
    const options = list.querySelectorAll("[role=option]");
    options.forEach((line, index) => line.setAttribute("aria-selected", String(index === number)));
    chosen = number;
    options[number]?.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", options[number]?.id ?? "");
  }

  async function refresh() {
    const question = input.value;
    try {
      show(await ask(question));
      input.dataset.shown = question;
    } catch (error) {
      if (error.name === "AbortError") return;
      note.classList.remove("visually-hidden");
      note.textContent = palette.dataset.failed;
    }
  }

  function open() {
    if (palette.open) return palette.close();
    if (keys.open) keys.close();
    input.value = "";
    delete input.dataset.shown;
    palette.showModal();
    input.focus();
    return refresh();
  }

  // Enter may come before the answer to what was typed last: it waits for it.
  async function go() {
    clearTimeout(timer);
    if (input.dataset.shown !== input.value) await refresh();
    list.querySelectorAll("[role=option]")[chosen]?.click();
  }

  function steer(event) {
    const count = list.querySelectorAll("[role=option]").length;
    if (event.key === "Enter") {
      event.preventDefault();
      go();
    } else if (count && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      choose((chosen + (event.key === "ArrowDown" ? 1 : count - 1)) % count);
    }
  }

  input.addEventListener("keydown", steer);
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(refresh, WAIT);
  });

  // Shortcuts ------------------------------------------------------------------------------------------------------

  const SWITCH = "bo-shortcuts";
  const areOn = () => localStorage.getItem(SWITCH) !== "off";
  let sequence = "", forget, known;

  // What the keys lead to is asked for once, when the first of them is pressed.
  async function entries() {
    known ??= fetch(`${palette.dataset.url}?q=`).then((response) => (response.ok ? response.json() : { groups: [] }));
    return (await known).groups.flatMap((group) => group.entries).filter((entry) => entry.keys);
  }

  async function help() {
    const rows = keys.querySelector("dl");
    if (!rows.dataset.filled) {
      rows.dataset.filled = "yes";
      (await entries()).forEach((entry) => {
        const row = document.createElement("div");
        const caps = make("dd", "", "");
        caps.append(...keyCaps(entry.keys));
        row.append(make("dt", "", entry.label), caps);
        rows.append(row);
      });
    }
    document.getElementById("bo-keys-on").checked = areOn();
    keys.showModal();
  }

  async function follow(key) {
    clearTimeout(forget);
    forget = setTimeout(() => { sequence = ""; }, 1500);
    sequence = sequence ? `${sequence} ${key}` : key;
    const wanted = sequence;
    const found = await entries();
    if (sequence !== wanted) return;
    const target = found.find((entry) => entry.keys === wanted);
    if (target) window.location.href = target.url;
    else if (!found.some((entry) => entry.keys.startsWith(`${wanted} `))) sequence = "";
  }

  // The page's one primary button, unless the page has its own idea of what the keys mean.
  function save(event) {
    const button = event.target.closest("form")?.querySelector("[type=submit].btn-primary") ??
      document.querySelector(".app-main form [type=submit].btn-primary");
    if (event.defaultPrevented || !button) return;
    event.preventDefault();
    button.click();
  }

  function press(event) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return save(event);
    if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey) {
      event.preventDefault(); // Firefox would open its search bar
      return open();
    }
    const isTyping = event.target.closest("input, textarea, select, [contenteditable], dialog");
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey || event.key.length !== 1 || !areOn()) return;
    if (event.key === "?") return help();
    if (event.key !== "/") return follow(event.key.toLowerCase());
    event.preventDefault();
    return document.getElementById("searchbar")?.focus();
  }

  document.addEventListener("keydown", press);
  document.getElementById("bo-keys-on").addEventListener("change", (event) => {
    localStorage.setItem(SWITCH, event.target.checked ? "on" : "off");
  });
  [palette, keys].forEach((dialog) => {
    dialog.querySelector("[data-bo-close]").addEventListener("click", () => dialog.close());
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  });
  palette.querySelector(".bo-palette-keys").addEventListener("click", () => { palette.close(); help(); });

  const opener = document.getElementById("bo-palette-opener").content.cloneNode(true);
  opener.querySelector("button").addEventListener("click", open);
  document.querySelector(".app-header .navbar-nav")?.after(opener);
  document.querySelector("[data-bo-palette]")?.addEventListener("click", open);
})();
