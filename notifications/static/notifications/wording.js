/* Shows beside a wording what it comes to, a moment after the typing stops. */
(function () {
  "use strict";

  const PARTS = ["subject", "text", "html", "short"];

  function start() {
    const box = document.getElementById("wording");
    const form = box?.closest("form");
    if (!form) return;
    let latest = 0;
    let timer = 0;

    async function show() {
      const asked = ++latest;
      const answer = await fetch(box.dataset.url, { method: "POST", body: new FormData(form) }).catch(() => null);
      if (!answer?.ok || asked !== latest) return;
      draw(await answer.json());
    }

    form.addEventListener("input", (event) => {
      if (!PARTS.includes(event.target.name)) return;
      clearTimeout(timer);
      timer = setTimeout(show, 250);
    });
  }

  function draw(shown) {
    const errors = document.getElementById("preview-errors");
    errors.hidden = !shown.errors;
    if (shown.errors) {
      errors.textContent = Object.values(shown.errors).flat().join(" ");
      return;
    }
    document.getElementById("preview-html").srcdoc = shown.html;
    for (const part of ["subject", "text", "short"]) {
      document.getElementById(`preview-${part}`).textContent = shown[part];
    }
  }

  document.addEventListener("DOMContentLoaded", start);
})();
