// Signatures of a dropped file: the verdict comes into the page, so the file stays at hand.
"use strict";

const check = document.getElementById("check");

function save(content, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

function complain(sentence) {
  const told = document.createElement("p");
  told.setAttribute("role", "alert");
  told.textContent = sentence;
  document.getElementById("refused").replaceChildren(told);
}

function show(page) {
  const told = new DOMParser().parseFromString(page, "text/html");
  for (const id of ["refused", "told"]) {
    const here = document.getElementById(id);
    const there = told.getElementById(id);
    if (!there) return false;
    here.replaceChildren(...there.childNodes);
  }
  const first = document.querySelector("#summary, #verdict-title");
  if (first) {
    first.tabIndex = -1;
    first.focus();
  }
  return true;
}

if (check) {
  check.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (check.hasAttribute("aria-busy")) return;
    const button = event.submitter || check.querySelector("button");
    const label = button.textContent;
    check.setAttribute("aria-busy", "true");
    button.textContent = check.dataset.busy;
    const answer = await fetch(button.formAction, { method: "POST", body: new FormData(check) }).catch(() => null);
    button.textContent = label;
    check.removeAttribute("aria-busy");
    if (!answer) return;
    if (button.dataset.name && answer.ok) save(await answer.blob(), button.dataset.name);
    else if (button.dataset.name) complain((await answer.json()).detail);
    else if (!show(await answer.text())) window.location.reload();
  });
}
