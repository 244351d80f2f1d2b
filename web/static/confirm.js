// Before an act that cannot be taken back: one question, asked on the page itself.
"use strict";

const dialog = document.getElementById("confirm");
let asking = null;

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.dataset.confirm || form.dataset.confirmed || typeof dialog.showModal !== "function") return;
  event.preventDefault();
  event.stopImmediatePropagation();
  asking = form;
  document.getElementById("confirm-title").textContent = form.dataset.title;
  document.getElementById("confirm-text").textContent = form.dataset.confirm;
  dialog.showModal();
}, true);

dialog.addEventListener("click", (event) => {
  const answer = event.target.dataset.answer;
  if (!answer) return;
  dialog.close();
  if (answer !== "yes" || !asking) return;
  const told = document.createElement("input");
  told.type = "hidden";
  told.name = "confirmed";
  told.value = "1";
  asking.append(told);
  asking.dataset.confirmed = "1";
  asking.requestSubmit();
});
