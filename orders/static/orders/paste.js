/* Lines pasted from a spreadsheet: the server reads and matches them, a table shows what it found, then they are added. */
(function () {
  "use strict";

  const desk = window.orderDesk;
  const dialog = document.getElementById("paste-dialog");
  if (!desk || !dialog) return;
  const text = document.getElementById("paste-text");
  const table = document.getElementById("paste-rows");
  const said = document.getElementById("paste-said");
  const button = document.getElementById("paste-add");
  const words = document.getElementById("desk").dataset;
  let timer, asking, found = [];

  async function read() {
    asking?.abort();
    asking = new AbortController();
    const body = new FormData();
    body.set("text", text.value);
    body.set("location", desk.value("location"));
    body.set("csrfmiddlewaretoken", desk.value("csrfmiddlewaretoken"));
    try {
      const response = await fetch(words.read, { method: "POST", body, signal: asking.signal });
      if (response.ok) show((await response.json()).rows);
    } catch (error) {
      if (error.name !== "AbortError") throw error;
    }
  }

  function cell(content, isNumber = false) {
    const made = document.createElement("td");
    made.append(content);
    made.classList.toggle("bo-num", isNumber);
    return made;
  }

  function choice(row) {
    const made = document.createElement("span");
    made.append(row.problem);
    row.near.forEach((item) => {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", className: "btn btn-sm btn-outline-secondary", textContent: item.text });
      button.addEventListener("click", () => { Object.assign(row, { item, problem: "" }); show(found); });
      made.append(" ", button);
    });
    return made;
  }

  function show(rows) {
    found = rows;
    table.tBodies[0].replaceChildren(...rows.map((row) => {
      const line = document.createElement("tr");
      line.classList.toggle("bo-wrong", row.problem !== "");
      const isShort = row.item && row.item.available !== null && row.item.available < row.quantity;
      line.classList.toggle("bo-is-short", Boolean(isShort));
      const free = row.item?.available ?? "";
      line.append(cell(row.problem ? choice(row) : row.item.text), cell(row.quantity ?? "", true), cell(row.price || (row.item?.shown_price ?? ""), true), cell(String(free), true));
      return line;
    }));
    const good = rows.filter((row) => !row.problem);
    table.hidden = !rows.length;
    button.disabled = !good.length;
    button.textContent = button.dataset.label.replace("%(count)s", good.length);
    said.textContent = rows.find((row) => row.problem)?.problem ?? "";
  }

  function addAll() {
    found.filter((row) => !row.problem).forEach((row) => desk.add(row.item, row.quantity, row.price));
    dialog.close();
    desk.box.focus();
  }

  document.getElementById("desk-paste").addEventListener("click", () => {
    text.value = "";
    show([]);
    dialog.showModal();
    text.focus();
  });
  text.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(read, 200); });
  button.addEventListener("click", addAll);
  dialog.querySelectorAll("[data-close]").forEach((closer) => closer.addEventListener("click", () => dialog.close()));
})();
