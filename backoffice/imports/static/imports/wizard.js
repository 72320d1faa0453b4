/* Import pages: a file can be dropped anywhere on the upload form, and progress shows without reloading. */
(function () {
  "use strict";

  const form = document.querySelector("[data-import-upload]");
  const input = form?.querySelector('input[type="file"]');
  if (input) {
    form.addEventListener("dragover", (event) => event.preventDefault());
    form.addEventListener("drop", (event) => {
      if (!event.dataTransfer.files.length) return;
      event.preventDefault();
      input.files = event.dataTransfer.files;
      input.focus();
    });
  }

  const progress = document.querySelector("[data-import-progress]");
  if (!progress) return;
  const bar = progress.querySelector("progress");
  async function look() {
    const answer = await fetch(progress.dataset.importProgress, { headers: { Accept: "application/json" } });
    const run = await answer.json();
    if (!run.busy) return window.location.reload();
    if (run.state === "applying") {
      bar.max = run.total || 1;
      bar.value = run.done;
    }
    window.setTimeout(look, 1000);
  }
  window.setTimeout(look, 700);
})();
