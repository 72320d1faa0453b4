/* The page of an export that is being written: counts its rows, and loads anew when the file is there. */
(function () {
  "use strict";

  const place = document.querySelector("[data-export-progress]");
  if (!place) return;
  const told = place.querySelector("[data-export-told]");
  async function look() {
    const answer = await fetch(place.dataset.exportProgress, { headers: { Accept: "application/json" } });
    const state = await answer.json();
    if (!state.busy) return window.location.reload();
    told.textContent = state.told;
    window.setTimeout(look, 1000);
  }
  window.setTimeout(look, 700);
})();
