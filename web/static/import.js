// A long import tells how far it is, line by line, without leaving the page.
"use strict";

const form = document.getElementById("import");
const MOST = 200;

function say(words, told) {
  return words.replace(/\{(\w+)\}/g, (_, name) => String(told[name] ?? ""));
}

function show(told) {
  const progress = document.getElementById("import-progress");
  if (told.detail) {
    const lines = document.getElementById("import-lines");
    if (lines.childElementCount >= MOST) return;
    const line = document.createElement("li");
    line.textContent = told.line ? say(form.dataset.line, told) : told.detail;
    lines.append(line);
  } else {
    progress.textContent = say(told.done ? form.dataset.done : form.dataset.progress, told);
  }
}

async function read(answer) {
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    const lines = (rest + (value || "")).split("\n");
    rest = lines.pop();
    for (const line of lines) if (line) show(JSON.parse(line));
    if (done) return;
  }
}

form.addEventListener("submit", async (event) => {
  if (event.submitter && "plain" in event.submitter.dataset) return;
  event.preventDefault();
  document.getElementById("import-lines").replaceChildren();
  const buttons = [...form.querySelectorAll("button")];
  for (const one of buttons) one.disabled = true;
  const headers = { Accept: "application/x-ndjson" };
  const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers }).catch(() => null);
  if (!answer || !answer.ok || !answer.body) {
    for (const one of buttons) one.disabled = false;
    form.submit();
    return;
  }
  await read(answer).catch(() => show({ detail: form.dataset.broken }));
  for (const one of buttons) one.disabled = false;
});
