// While the system works on this document: look again by itself, and never over what somebody types.
"use strict";

const PATIENCE = [1000, 30000];
let pause = PATIENCE[0];

function untouched() {
  const fields = [...document.querySelectorAll("main textarea, main input:not([type=hidden])")];
  // What somebody had shown within the page would be gone with it.
  if (document.querySelector("[data-asked]")) return false;
  return fields.every((one) => one.value === one.defaultValue && one !== document.activeElement);
}

async function look() {
  const answer = document.hidden ? null : await fetch(location.pathname).catch(() => null);
  if (answer && answer.ok && !answer.redirected) {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const now = page.getElementById("pending");
    if (!now && untouched()) {
      location.reload();
      return;
    }
    const shown = document.getElementById("pending");
    const next = now || page.getElementById("failed");
    if (!next) {
      shown.remove();
      return;
    }
    if (next.innerHTML !== shown.innerHTML) shown.replaceChildren(...next.childNodes);
    if (!now) return;
  }
  pause = Math.min(pause * 1.5, PATIENCE[1]);
  setTimeout(look, pause);
}

setTimeout(look, pause);
