// Forms: say what is going on, send once, show only what applies, complete words, take dropped files.
"use strict";

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  const button = event.submitter || form.querySelector("button");
  if (button && form.dataset.busy) {
    button.dataset.label = button.textContent;
    button.textContent = form.dataset.busy;
    button.setAttribute("aria-disabled", "true");
    button.setAttribute("aria-live", "polite");
  }
});

// A page brought back by the browser's own button must be usable again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("button[data-label]")) {
      button.textContent = button.dataset.label;
      button.removeAttribute("aria-disabled");
    }
  }
});

function applies(condition) {
  const [name, value] = condition.split("=");
  const chosen = document.querySelector(`input[name="${name}"]:checked`);
  return Boolean(chosen) && chosen.value === value;
}

function show(part, visible) {
  part.hidden = !visible;
  for (const field of part.querySelectorAll("input, select, textarea")) field.disabled = !visible;
}

function settle() {
  for (const part of document.querySelectorAll("[data-when]")) show(part, applies(part.dataset.when));
  for (const part of document.querySelectorAll("[data-unless]")) show(part, !applies(part.dataset.unless));
}

document.addEventListener("change", settle);
settle();

const summary = document.getElementById("summary");
if (summary) summary.focus();

for (const box of document.querySelectorAll("input[data-complete]")) {
  const words = document.getElementById(box.getAttribute("list"));
  let waiting = 0;
  box.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      if (box.value.trim().length < 2) return;
      const answer = await fetch(`${box.dataset.complete}?q=${encodeURIComponent(box.value)}`);
      if (!answer.ok) return;
      words.replaceChildren(...(await answer.json()).map((word) => {
        const option = document.createElement("option");
        option.value = word;
        return option;
      }));
    }, 200);
  });
}

for (const place of document.querySelectorAll(".drop")) {
  const input = place.querySelector('input[type="file"]');
  place.addEventListener("dragover", (event) => {
    event.preventDefault();
    place.classList.add("over");
  });
  place.addEventListener("dragleave", () => place.classList.remove("over"));
  place.addEventListener("drop", (event) => {
    event.preventDefault();
    place.classList.remove("over");
    if (event.dataTransfer.files.length) input.files = event.dataTransfer.files;
  });
}

for (const place of document.querySelectorAll("[data-load]")) {
  const link = place.querySelector("a");
  link.addEventListener("click", async (event) => {
    event.preventDefault();
    link.textContent = place.dataset.busy;
    place.dataset.asked = "";
    const answer = await fetch(place.dataset.load).catch(() => null);
    if (!answer || !answer.ok) {
      window.location.assign(link.href);
      return;
    }
    const told = document.createElement("div");
    told.setAttribute("role", "status");
    told.dataset.asked = "";
    told.append(new DOMParser().parseFromString(await answer.text(), "text/html").body);
    const body = told.querySelector("body") || told;
    told.replaceChildren(...body.childNodes);
    place.replaceWith(told);
  });
}
