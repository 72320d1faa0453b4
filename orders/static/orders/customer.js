/* Who is new is entered on the order page: the search offers to create them, the fields below take the name along. */
(function () {
  "use strict";

  const select = document.getElementById("id_customer");
  const panel = document.getElementById("new-customer");
  if (!select || !panel || !window.orderDesk) return;
  const $ = window.django.jQuery;
  const CREATE = "new"; // the key of the offer in the list, which is no customer's
  const [name, ...others] = panel.querySelectorAll("input");

  function results(data, { term = "" }) {
    const wanted = term.trim();
    if (!wanted || data.pagination?.more) return data;
    const text = panel.dataset.create.replace("%(name)s", wanted);
    return { ...data, results: [...data.results, { id: CREATE, text, wanted }] };
  }

  // As Django's autocomplete.js makes it, and the offer at the end of the list.
  function dress() {
    const { appLabel, modelName, fieldName } = select.dataset;
    const data = ({ term, page }) => ({ term, page, app_label: appLabel, model_name: modelName, field_name: fieldName });
    $(select).select2({ ajax: { data, processResults: results } });
  }

  function offerTaken(event) {
    const { id, wanted } = event.params.args.data;
    if (id !== CREATE) return;
    event.preventDefault();
    $(select).val(null).trigger("change").select2("close");
    open(wanted);
  }

  function open(wanted) {
    panel.open = true;
    name.value = wanted;
    name.dispatchEvent(new Event("input", { bubbles: true }));
    setTimeout(() => others[0].focus(), 50); // after the box above the lines was given the focus
  }

  // Somebody who is there was chosen after all.
  function clear() {
    if (!select.value) return;
    [name, ...others].forEach((field) => { field.value = ""; });
    panel.open = false;
  }

  // Enter goes on to the next field, and from the last one to the lines: it does not place the order.
  function goOn(event) {
    if (event.key !== "Enter" || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const fields = [name, ...others, window.orderDesk.box];
    fields[fields.indexOf(event.target) + 1].focus();
  }

  $(() => { // after autocomplete.js, which waits for the same
    dress();
    $(select).on("select2:selecting", offerTaken).on("change", clear);
    panel.addEventListener("keydown", (event) => { if (event.target.matches("input")) goOn(event); });
  });
})();
