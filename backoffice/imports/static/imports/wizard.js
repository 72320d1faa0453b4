/* Import pages: a file is dropped or pasted anywhere on the upload page, and progress shows without reloading. */
(function () {
  "use strict";

  const form = document.querySelector("[data-import-upload]");
  if (form) upload(form);
  const progress = document.querySelector("[data-import-progress]");
  if (progress) watch(progress);

  function upload(form) {
    const input = form.querySelector('input[type="file"]');
    const zone = form.querySelector("[data-import-drop]");
    const chosen = form.querySelector("[data-import-chosen]");
    const paste = form.querySelector("[data-import-paste]");

    function show() {
      const file = input.files[0];
      chosen.textContent = file ? `${file.name} · ${size(file.size)}` : "";
    }

    function take(files) {
      input.files = files;
      show();
      form.querySelector('button[type="submit"]').focus();
    }

    input.addEventListener("change", show);
    document.addEventListener("dragover", (event) => {
      event.preventDefault();
      zone.classList.add("bo-over");
    });
    document.addEventListener("dragleave", (event) => event.relatedTarget || zone.classList.remove("bo-over"));
    document.addEventListener("drop", (event) => {
      event.preventDefault();
      zone.classList.remove("bo-over");
      if (event.dataTransfer.files.length) take(event.dataTransfer.files);
    });
    document.addEventListener("paste", (event) => {
      if (event.target.closest?.("input, textarea, select")) return;
      const text = event.clipboardData.getData("text/plain");
      if (event.clipboardData.files.length && !text) return take(event.clipboardData.files);
      if (!text.includes("\n")) return;
      paste.open = true;
      paste.querySelector("textarea").value = text;
      form.querySelector('button[type="submit"]').focus();
    });
    show();
  }

  function size(bytes) {
    const units = ["B", "kB", "MB", "GB"];
    const step = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), 3);
    return `${(bytes / 1000 ** step).toFixed(step && bytes < 1e7 ? 1 : 0)} ${units[step]}`;
  }

  function watch(progress) {
    const bar = progress.querySelector("progress");
    const told = progress.querySelector("[data-import-told]");
    const rate = progress.querySelector("[data-import-rate]");
    const left = progress.querySelector("[data-import-left]");

    async function look() {
      let run;
      try {
        const answer = await fetch(progress.dataset.importProgress, { headers: { Accept: "application/json" } });
        run = await answer.json();
      } catch {
        return window.setTimeout(look, 3000); // the server is away: it is asked again
      }
      if (!run.busy) return window.location.reload();
      if (run.total) {
        bar.max = run.total;
        bar.value = run.done;
      }
      told.textContent = run.told;
      rate.textContent = run.rate;
      left.textContent = run.left;
      window.setTimeout(look, 1000);
    }
    window.setTimeout(look, 700);
  }
})();
