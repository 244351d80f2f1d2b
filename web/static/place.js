// Boxes on a page: dragged with any pointer, moved and sized with keys, and always in the form.
"use strict";

const MM = 72 / 25.4;
const LEAST = { w: 18, h: 9 }; // points, as the office asks of the narrowest box
const form = document.getElementById("place");
const stepBack = document.getElementById("step-back");
const past = [];

const field = (part, name) => document.getElementById(`${part}-${name}`);
const millimetres = (points) => (points / MM).toFixed(1);
const points = (text) => Number.parseFloat(String(text).replace(",", ".")) * MM;

function boxOf(part) {
  const [x, y, w, h] = ["x", "y", "w", "h"].map((name) => points(field(part, name).value));
  return { x, y, w, h };
}

function draw(group) {
  const box = boxOf(group.dataset.part);
  if (Object.values(box).some(Number.isNaN)) return;
  const face = group.querySelector(".face");
  for (const [name, value] of [["x", box.x], ["y", box.y], ["width", box.w], ["height", box.h]]) {
    face.setAttribute(name, value);
  }
  group.querySelector("text").setAttribute("x", box.x + 3);
  group.querySelector("text").setAttribute("y", box.y + 10);
  const grip = group.querySelector(".grip");
  if (grip) {
    grip.setAttribute("x", box.x + box.w - 8);
    grip.setAttribute("y", box.y + box.h - 8);
  }
  const sheet = document.querySelector(`svg[data-page="${field(group.dataset.part, "page").value}"]`);
  if (sheet && group.parentNode !== sheet) sheet.append(group);
}

function keep(part, box, sheet) {
  const wide = Number(sheet.dataset.width);
  const high = Number(sheet.dataset.height);
  const w = Math.min(Math.max(box.w, LEAST.w), wide);
  const h = Math.min(Math.max(box.h, LEAST.h), high);
  const x = Math.min(Math.max(box.x, 0), wide - w);
  const y = Math.min(Math.max(box.y, 0), high - h);
  for (const [name, value] of Object.entries({ x, y, w, h })) field(part, name).value = millimetres(value);
  form.elements[`${part}-on`].checked = true;
}

function remember(part) {
  past.push({ part, ...boxOf(part), on: form.elements[`${part}-on`].checked });
  stepBack.hidden = false;
}

function back() {
  const last = past.pop();
  stepBack.hidden = past.length === 0;
  if (!last) return;
  for (const name of ["x", "y", "w", "h"]) field(last.part, name).value = millimetres(last[name]);
  form.elements[`${last.part}-on`].checked = last.on;
  draw(document.querySelector(`g[data-part="${last.part}"]`));
}

function at(sheet, event) {
  return new DOMPoint(event.clientX, event.clientY).matrixTransform(sheet.getScreenCTM().inverse());
}

for (const group of document.querySelectorAll("g.movable")) {
  const { part } = group.dataset;
  group.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    group.focus();
    remember(part);
    const sheet = group.ownerSVGElement;
    const from = at(sheet, event);
    const box = boxOf(part);
    const sizing = event.target.classList.contains("grip");
    group.setPointerCapture(event.pointerId);
    const move = (moved) => {
      const to = at(sheet, moved);
      const [dx, dy] = [to.x - from.x, to.y - from.y];
      keep(part, sizing ? { ...box, w: box.w + dx, h: box.h + dy } : { ...box, x: box.x + dx, y: box.y + dy }, sheet);
      draw(group);
    };
    const end = () => {
      group.removeEventListener("pointermove", move);
      group.removeEventListener("pointerup", end);
      group.removeEventListener("pointercancel", end);
    };
    group.addEventListener("pointermove", move);
    group.addEventListener("pointerup", end);
    group.addEventListener("pointercancel", end);
  });
  group.addEventListener("keydown", (event) => {
    const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const way = ways[event.key];
    if (!way) return;
    event.preventDefault();
    remember(part);
    const step = (event.shiftKey ? 5 : 1) * MM;
    const [dx, dy] = way.map((one) => one * step);
    const box = boxOf(part);
    const sized = event.altKey && part !== "seal";
    keep(part, sized ? { ...box, w: box.w + dx, h: box.h + dy } : { ...box, x: box.x + dx, y: box.y + dy }, group.ownerSVGElement);
    draw(group);
  });
}

for (const set of document.querySelectorAll("fieldset.part")) {
  set.addEventListener("input", (event) => {
    if (event.target.type === "checkbox" || event.target.tagName === "SELECT") return;
    form.elements[`${set.dataset.part}-on`].checked = true;
    draw(document.querySelector(`g[data-part="${set.dataset.part}"]`));
  });
}

document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.key !== "z" || event.target.tagName === "INPUT") return;
  event.preventDefault();
  back();
});
stepBack.addEventListener("click", back);
