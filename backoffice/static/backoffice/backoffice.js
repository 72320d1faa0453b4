/* What the stylesheet and the templates cannot do: Jazzmin's top bar has no blocks, and lists become cards on phones. */
(function () {
  "use strict";

  const words = document.getElementById("bo-words")?.dataset ?? {};
  const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));
  const isPhone = () => window.innerWidth < 992;

  // Jazzmin turns every plain select into a select2; the browser's own works on phones and with screen readers.
  // Django's autocomplete fields use their own copy of jQuery and are not concerned.
  function keepNativeSelects() {
    if (window.jQuery?.fn.select2) window.jQuery.fn.select2 = function () { return this; };
  }

  function nameIcons() {
    all('[data-lte-toggle="sidebar"]').forEach((link) => link.setAttribute("aria-label", words.menu));
    all('.app-header [data-bs-toggle="dropdown"]').forEach((link) => {
      link.setAttribute("role", "button");
      link.setAttribute("aria-label", `${words.account}: ${link.title}`);
      link.setAttribute("aria-expanded", "false");
    });
    all(".app-header").forEach((bar) => bar.setAttribute("aria-label", words.account));
  }

  // AdminLTE gives lists the role of a landmark, tells in English what `required` says already, writes complaints under
  // fields nobody has touched, and carries Tab from the page's last control back to its first, so that the browser's own
  // bars cannot be reached. Jazzmin marks every link to the page above as active, buttons too.
  function undoAdminLte() {
    all('ul[role="navigation"]').forEach((list) => {
      list.removeAttribute("role");
      list.removeAttribute("aria-label");
    });
    all(".required-indicator").forEach((note) => note.remove());
    document.addEventListener("invalid", (event) => event.stopPropagation(), true);
    document.body.addEventListener("keydown", (event) => { if (event.key === "Tab") event.stopPropagation(); });
  }

  function nameAutocompletes() {
    all("select.admin-autocomplete + .select2 .select2-selection").forEach((box) => {
      const select = box.closest(".select2").previousElementSibling;
      const label = select.labels[0];
      if (!label) return;
      label.id ||= `${select.id}_label`;
      const shown = box.querySelector(".select2-selection__rendered");
      shown?.removeAttribute("role");
      shown?.removeAttribute("aria-readonly");
      box.setAttribute("aria-labelledby", `${label.id} ${shown?.id ?? ""}`.trim());
    });
  }

  function translateSkipLinks() {
    const [main, menu] = all(".skip-link");
    if (!main) return;
    if (!document.getElementById("jazzy-navigation")) return document.querySelector(".skip-links").remove();
    main.textContent = words.skip;
    menu.textContent = words.skipMenu;
    menu.href = "#jazzy-navigation";
  }

  function settleMenu() {
    const closed = document.cookie.includes("jazzy_menu=closed");
    if (isPhone() || closed) {
      document.body.classList.remove("sidebar-open");
      document.body.classList.add("sidebar-collapse");
    }
    document.body.classList.add("bo-menu-ready");
    all("#jazzy-sidebar .active:not([aria-current]), .app-main a.active:not([aria-current])").forEach((link) => link.classList.remove("active"));
  }

  function offerThemes() {
    const menu = document.getElementById("bo-theme-menu");
    const account = document.getElementById("jazzy-usermenu");
    if (!menu || !account) return;
    account.append(menu.content.cloneNode(true), document.getElementById("logout-form"));
    const system = window.matchMedia("(prefers-color-scheme: dark)");
    const paper = window.matchMedia("print");
    const chosen = () => localStorage.getItem("jazzmin-theme-mode") ?? "auto";
    const show = () => {
      const theme = paper.matches ? "light" : chosen() === "auto" ? (system.matches ? "dark" : "light") : chosen();
      document.documentElement.setAttribute("data-bs-theme", theme);
      all("[data-bo-theme]").forEach((button) => {
        button.setAttribute("aria-pressed", String(button.dataset.boTheme === chosen()));
      });
    };
    account.addEventListener("click", (event) => {
      const button = event.target.closest("[data-bo-theme]");
      if (!button) return;
      event.stopPropagation();
      localStorage.setItem("jazzmin-theme-mode", button.dataset.boTheme);
      show();
    });
    [system, paper].forEach((query) => query.addEventListener("change", show));
    show();
  }

  // A column whose every cell is a number stands right; on phones each cell tells its column's name.
  function labelCells() {
    all("#result_list, .bo-lines").forEach((table) => {
      const rows = all("tbody tr:not(.add-row, .row-form-errors, .empty-form)", table);
      all("thead tr > *", table).forEach((head, column) => {
        const cells = rows.map((row) => row.children[column]).filter((cell) => cell && !cell.querySelector("input:not(.action-select), select"));
        const name = head.classList.contains("action-checkbox-column") ? "" : head.querySelector("a")?.textContent ?? head.textContent;
        const texts = cells.map((cell) => cell.textContent.trim());
        cells.forEach((cell, index) => {
          if (name.trim() && table.id) cell.dataset.label = name.trim();
          cell.classList.toggle("bo-blank", ["", "-"].includes(texts[index]) && !cell.firstElementChild);
        });
        const isNumber = texts.some((text) => /\d/.test(text)) && texts.every((text) => /^[-−+]?[\d.,\s\u00a0\u202f]{1,14}(%|\s[A-Z]{3})?$|^-?$/.test(text) && !/^\d+(\.\d+){3}$/.test(text));
        if (isNumber && !cells.some((cell) => cell.tagName === "TH")) {
          [head, ...cells].forEach((cell) => cell.classList.add("bo-num"));
        }
      });
    });
  }

  // A table that is no wider than its box keeps its heading in sight while the page scrolls; a box that scrolls cannot.
  // What scrolls sideways can be scrolled by keyboard, too.
  function keepHeadings() {
    const boxes = all(".bo-scroll, .table-responsive");
    const look = () => boxes.forEach((box) => {
      const isWide = box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight;
      box.classList.toggle("bo-fits", !isWide && Boolean(box.closest(".bo-list")));
      box.toggleAttribute("tabindex", isWide);
      if (isWide) box.tabIndex = 0;
    });
    look();
    window.addEventListener("resize", look);
  }

  // What is typed and not sent is not lost by a careless click. Forms that only look something up are not concerned.
  function guardTyped() {
    const forms = all(".app-main form[method=post]:not(#changelist-form)");
    const read = (form) => new URLSearchParams(new FormData(form)).toString();
    const before = new Map(forms.map((form) => [form, read(form)]));
    let isSent = false;
    document.addEventListener("submit", (event) => { isSent ||= !event.defaultPrevented && before.has(event.target); });
    window.addEventListener("beforeunload", (event) => {
      if (!isSent && forms.some((form) => form.isConnected && read(form) !== before.get(form))) event.preventDefault();
    });
  }

  function pointAtErrors() {
    const wrong = all('.app-main [aria-invalid="true"]').filter((field) => field.id);
    const note = document.querySelector("#content-main .alert-danger");
    if (!wrong.length || !note) return;
    const list = document.createElement("ul");
    list.className = "bo-errors";
    wrong.forEach((field) => {
      const label = document.querySelector(`label[for="${field.id}"]`);
      const link = document.createElement("a");
      link.href = `#${field.id}`;
      const row = field.closest(".bo-lines tr");
      const thing = row?.querySelector("select option:checked")?.textContent;
      link.textContent = [thing, label?.textContent.trim() || field.name].filter(Boolean).join(": ");
      link.addEventListener("click", (event) => { event.preventDefault(); field.focus(); });
      const entry = document.createElement("li");
      entry.append(link);
      list.append(entry);
    });
    note.append(list);
    setTimeout(() => wrong[0].focus()); // once an autocomplete stands in for its select
  }

  function closeFilters(event) {
    all(".bo-filter[open]").forEach((filter) => {
      const left = event.type === "click" ? !filter.contains(event.target) : event.key === "Escape";
      if (!left) return;
      filter.open = false;
      if (event.type === "keydown") filter.querySelector("summary").focus();
    });
  }

  function offerBrowserZone() {
    const button = document.querySelector("[data-bo-zone]");
    const choice = button && document.getElementById(button.dataset.boZone);
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (!choice || !Array.from(choice.options).some((option) => option.value === zone)) return;
    button.hidden = false;
    button.append(`: ${zone}`);
    button.addEventListener("click", () => { choice.value = zone; });
  }

  // Numbers beside entries of the menu. They come after the page, and the page is whole without them.
  async function showBadges() {
    const menu = document.querySelector("[data-bo-badges]");
    const response = menu && await fetch(menu.dataset.boBadges).catch(() => null);
    if (!response?.ok || response.redirected) return;
    const { badges } = await response.json();
    all("[data-bo-key]", menu).forEach((link) => {
      const badge = badges[link.dataset.boKey];
      if (!badge) return;
      const number = document.createElement("span");
      number.className = "bo-menu-badge";
      number.textContent = badge.count > 999 ? "999+" : badge.count;
      number.title = badge.title;
      const words = document.createElement("span");
      words.className = "visually-hidden";
      words.textContent = ` ${badge.title}`;
      number.append(words);
      link.append(number);
    });
  }

  document.addEventListener("click", closeFilters);
  document.addEventListener("keydown", closeFilters);
  document.addEventListener("DOMContentLoaded", () => {
    keepNativeSelects();
    undoAdminLte();
    nameIcons();
    translateSkipLinks();
    offerThemes();
    labelCells();
    pointAtErrors();
    keepHeadings();
    offerBrowserZone();
    showBadges();
    setTimeout(settleMenu);
    setTimeout(nameAutocompletes);
  });
  window.addEventListener("load", () => setTimeout(guardTyped));
  document.addEventListener("formset:added", () => setTimeout(nameAutocompletes));
})();
