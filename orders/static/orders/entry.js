/* The order page while it is typed: one box that adds lines, and figures that the server works out. Without this file the
   page is a plain form. Nothing is decided here: prices, sums and shortages come from the server. */
window.orderDesk = (function () {
  "use strict";

  const desk = document.getElementById("desk");
  if (!desk) return null;
  const $ = window.django.jQuery;
  const form = desk.closest("form");
  const box = document.getElementById("desk-box");
  const list = document.getElementById("desk-list");
  const said = document.getElementById("desk-said");
  const words = desk.dataset;
  const fill = (text, facts) => text.replace(/%\((\w+)\)s/g, (_all, name) => facts[name]);
  const value = (name) => form.elements[name]?.value ?? "";
  const say = (text, kind = "") => { said.textContent = text; said.dataset.kind = kind; };

  // Lines ----------------------------------------------------------------------------------------------------------

  const rows = () => Array.from(form.querySelectorAll("tr.form-row:not(.empty-form)"));
  const field = (row, name) => row.querySelector(`[name$="-${name}"]`);
  const isGone = (row) => field(row, "DELETE")?.checked;

  function rowFor(item) {
    const same = rows().find((row) => field(row, "item").value === String(item.id) && !field(row, "location")?.value && !isGone(row));
    return same ?? rows().find((row) => !field(row, "item").value && !isGone(row)) ?? newRow();
  }

  function newRow() {
    form.querySelector(".add-row a").click();
    return rows().at(-1);
  }

  function add(item, quantity, price = "") {
    const row = rowFor(item);
    const select = field(row, "item");
    const isNew = select.value !== String(item.id);
    if (isNew) {
      $(select).empty().append(new Option(item.text, item.id, true, true)).trigger("change");
      field(row, "unit_price").value = price || item.price;
    } else if (price) field(row, "unit_price").value = price;
    const units = (isNew ? 0 : Number(field(row, "quantity").value) || 0) + quantity;
    field(row, "quantity").value = units;
    row.classList.remove("bo-added");
    requestAnimationFrame(() => row.classList.add("bo-added"));
    say(fill(words.added, { item: item.text, quantity: units }), "ok");
    figureSoon();
  }

  // The box: what is entered waits in a queue, so that a scanner may be faster than the server -----------------------

  const queue = [];
  let working = null;

  function parse(text) {
    const counted = text.match(/^(\d{1,7})\s*\*\s*(.+)$/);
    return counted ? { quantity: Number(counted[1]) || 1, text: counted[2].trim() } : { quantity: 1, text };
  }

  async function find(text, signal) {
    const query = new URLSearchParams({ q: text, location: value("location") });
    const response = await fetch(`${words.find}?${query}`, { signal });
    if (!response.ok) throw new Error(response.status);
    return response.json();
  }

  async function work() {
    while (queue.length) {
      const entered = queue[0];
      try {
        const { items } = await find(entered.text);
        if (items.length) add(items[0], entered.quantity);
        else miss(fill(words.missed, { words: entered.text }));
      } catch {
        miss(fill(words.failed, { words: entered.text }));
      }
      queue.shift();
    }
    working = null;
  }

  function enter(text) {
    const parsed = parse(text.trim());
    if (!parsed.text) return;
    queue.push(parsed);
    working ??= work();
  }

  // A scan that found nothing stays in sight until somebody dismisses it.
  function miss(text) {
    say("");
    const entry = document.createElement("li");
    const dismiss = document.createElement("button");
    Object.assign(dismiss, { type: "button", className: "btn-close", ariaLabel: words.dismiss });
    dismiss.addEventListener("click", () => { entry.remove(); box.focus(); });
    entry.append(text, dismiss);
    document.getElementById("desk-missed").append(entry);
  }

  // Suggestions ----------------------------------------------------------------------------------------------------

  let asking, timer, suggested = [], chosen = -1;

  function suggestSoon() {
    clearTimeout(timer);
    asking?.abort();
    const { text } = parse(box.value.trim());
    if (text.length < 2) return hide();
    timer = setTimeout(() => suggest(text), 150);
  }

  async function suggest(text) {
    asking = new AbortController();
    try {
      const { items } = await find(text, asking.signal);
      if (parse(box.value.trim()).text === text) show(items);
    } catch (error) {
      if (error.name !== "AbortError") hide();
    }
  }

  function show(items) {
    suggested = items;
    list.replaceChildren(...items.map((item, index) => {
      const option = document.createElement("div");
      Object.assign(option, { id: `desk-option-${index}`, className: "bo-desk-option" });
      option.setAttribute("role", "option");
      const free = item.available === null ? words.service : fill(words.free, { available: item.available });
      [["bo-desk-name", item.text], ["bo-desk-free", free], ["bo-desk-price", item.shown_price]].forEach(([name, text]) => {
        const part = document.createElement("span");
        part.className = name;
        part.textContent = text;
        option.append(part);
      });
      option.classList.toggle("bo-desk-out", item.available !== null && item.available <= 0);
      option.addEventListener("mousedown", (event) => { event.preventDefault(); take(index); });
      return option;
    }));
    list.hidden = !items.length;
    box.setAttribute("aria-expanded", String(items.length > 0));
    say(items.length ? fill(words.some, { count: items.length }) : words.none);
    choose(-1);
  }

  function hide() {
    clearTimeout(timer);
    asking?.abort();
    suggested = [];
    list.hidden = true;
    box.setAttribute("aria-expanded", "false");
    choose(-1);
  }

  function choose(index) {
    chosen = index;
    Array.from(list.children).forEach((option, number) => option.setAttribute("aria-selected", String(number === index)));
    box.setAttribute("aria-activedescendant", index < 0 ? "" : `desk-option-${index}`);
    list.children[index]?.scrollIntoView({ block: "nearest" });
  }

  function take(index) {
    add(suggested[index], parse(box.value.trim()).quantity);
    clear();
  }

  function clear() {
    hide();
    box.value = "";
    box.focus();
  }

  function steer(event) {
    if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
      event.preventDefault(); // an empty box places nothing
      if (chosen >= 0) return take(chosen);
      enter(box.value);
      return clear();
    }
    if (event.key === "Escape") return hide();
    if (!suggested.length || !["ArrowDown", "ArrowUp"].includes(event.key)) return undefined;
    event.preventDefault();
    const step = event.key === "ArrowDown" ? 1 : -1;
    return choose((chosen + step + suggested.length + (chosen < 0 && step < 0 ? 1 : 0)) % suggested.length);
  }

  // Figures --------------------------------------------------------------------------------------------------------

  let figuring, later, shown = false;

  function figureSoon() {
    clearTimeout(later);
    if (!rows().some((row) => field(row, "item").value) && !shown) return;
    shown = true;
    later = setTimeout(figure, 250);
  }

  async function figure() {
    figuring?.abort();
    figuring = new AbortController();
    try {
      const response = await fetch(words.figures, { method: "POST", body: new FormData(form), signal: figuring.signal });
      if (response.ok) showFigures(await response.json());
    } catch (error) {
      if (error.name !== "AbortError") throw error;
    }
  }

  function showFigures({ lines, totals }) {
    document.getElementById("totals").outerHTML = totals;
    rows().forEach((row) => {
      const prefix = field(row, "item").name.replace(/-item$/, "");
      const figures = lines[prefix];
      const put = (name, text) => { const cell = row.querySelector(`.field-${name}`); if (cell) cell.textContent = text ?? ""; };
      put("amount", figures?.amount);
      put("available", figures?.available);
      const price = field(row, "unit_price");
      price.placeholder = figures?.price ?? "";
      warn(row, figures?.short ?? "");
    });
  }

  function warn(row, text) {
    const quantity = field(row, "quantity");
    const note = row.querySelector(".bo-short") ?? document.createElement("div");
    note.className = "bo-short";
    note.id = `${quantity.id}-short`;
    note.textContent = text;
    if (text) quantity.after(note);
    else note.remove();
    row.classList.toggle("bo-is-short", text !== "");
    quantity.toggleAttribute("aria-describedby", text !== "");
    if (text) quantity.setAttribute("aria-describedby", note.id);
  }

  // The customer ---------------------------------------------------------------------------------------------------

  async function showCustomer() {
    const panel = document.getElementById("customer-panel");
    const chosenCustomer = value("customer");
    if (!panel || !chosenCustomer) return;
    const response = await fetch(words.customer.replace("/0/", `/${chosenCustomer}/`));
    if (response.ok) panel.innerHTML = await response.text();
  }

  function openCustomer(event) {
    if (!event.altKey || event.code !== "KeyC" || event.ctrlKey) return;
    event.preventDefault();
    $("#id_customer").select2("open");
  }

  // What is still in the queue belongs to the order that is sent.
  function waitForQueue(event) {
    if (!working) return;
    event.preventDefault();
    const button = event.submitter;
    working.then(() => form.requestSubmit(button));
  }

  // Blank rows are for pages without scripts; here the box makes them.
  function keepOneBlank() {
    rows().filter((row) => !field(row, "item").value).slice(1).forEach((row) => row.querySelector(".inline-deletelink")?.click());
  }

  desk.hidden = false;
  $(keepOneBlank); // after inlines.js, which waits for the same
  box.addEventListener("keydown", steer);
  box.addEventListener("input", suggestSoon);
  box.addEventListener("blur", () => setTimeout(hide, 100));
  form.addEventListener("submit", waitForQueue);
  form.addEventListener("input", (event) => { if (event.target !== box) figureSoon(); });
  document.addEventListener("formset:removed", figureSoon);
  document.addEventListener("keydown", openCustomer);
  $(form).on("change", "select, input", figureSoon);
  // select2 forgets to focus its search field when it is opened by a key.
  $(document).on("select2:open", () => document.querySelector(".select2-container--open .select2-search__field")?.focus());
  $("#id_customer").on("change", showCustomer);
  $("#id_customer").on("select2:close", () => setTimeout(() => box.focus())); // after select2 has taken the focus back
  showCustomer();
  if (!form.querySelector(".errorlist, .errors")) (form.querySelector(".bo-preview [type=submit]") ?? box).focus();
  figureSoon();

  return { add, enter, say, form, value, box };
})();
