/* Keeps the line above Save true to the customer that is chosen. */
(function () {
  "use strict";

  function start() {
    const box = document.getElementById("told");
    const customer = document.getElementById("id_customer");
    if (!box || !customer) return;
    let latest = 0;

    async function ask() {
      const asked = ++latest;
      const typed = (name) => document.getElementById(`id_new_customer-${name}`)?.value ?? "";
      const query = new URLSearchParams({ customer: customer.value, name: typed("name"), email: typed("email"), status: box.dataset.status });
      const answer = await fetch(`${box.dataset.url}?${query}`).catch(() => null);
      if (!answer?.ok || asked !== latest) return;
      document.getElementById("told-line").textContent = (await answer.json()).text;
    }

    // Django's autocomplete fields announce a choice through its own copy of jQuery only.
    window.django.jQuery(customer).on("change", ask);
    document.getElementById("new-customer")?.addEventListener("input", ask);
  }

  document.addEventListener("DOMContentLoaded", start);
})();
