/* The page of an undo that the worker does: progress shows without reloading. */
(function () {
  "use strict";

  const progress = document.querySelector("[data-undo-progress]");
  if (!progress) return;
  const bar = progress.querySelector("progress");
  async function look() {
    const answer = await fetch(progress.dataset.undoProgress, { headers: { Accept: "application/json" } });
    const undo = await answer.json();
    if (!undo.busy) return window.location.reload();
    bar.max = undo.total || 1;
    bar.value = undo.done;
    window.setTimeout(look, 1000);
  }
  window.setTimeout(look, 700);
})();
