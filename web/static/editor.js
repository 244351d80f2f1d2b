// The editor of roads: while one types, faults and picture are asked for and shown beside the text.
"use strict";

const form = document.querySelector("form[data-preview]");
const text = document.getElementById("text");
const preview = document.getElementById("preview");
const where = document.getElementById("where");
let waiting = 0;
let asking = null;

async function show() {
  if (asking) asking.abort();
  asking = new AbortController();
  const told = new FormData();
  told.append("text", text.value);
  const csrf = form.querySelector('input[name="csrf"]').value;
  const answer = await fetch(form.dataset.preview, {
    method: "POST", body: told, headers: { "X-CSRF-Token": csrf }, signal: asking.signal,
  }).catch(() => null);
  if (!answer || !answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  preview.replaceChildren(...page.body.childNodes);
}

function line() {
  const n = text.value.slice(0, text.selectionStart).split("\n").length;
  where.textContent = `${where.dataset.said} ${n}`;
}

text.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(show, 400);
});
for (const event of ["input", "keyup", "click", "focus"]) text.addEventListener(event, line);

preview.addEventListener("click", (event) => {
  const n = Number(event.target.dataset.line);
  if (!n) return;
  event.preventDefault();
  const lines = text.value.split("\n");
  const start = lines.slice(0, n - 1).join("\n").length + (n > 1 ? 1 : 0);
  text.focus();
  text.setSelectionRange(start, start + (lines[n - 1] || "").length);
  const high = parseFloat(getComputedStyle(text).lineHeight);
  text.scrollTop = Math.max(0, (n - 6) * high);
  line();
});
