// One socket, one operation: the service on this computer signs, then the office says how it went.
"use strict";

const place = document.getElementById("service");
const STATUS = { done: 0, cancelled: 11 };
const PATIENCE = 8000; // milliseconds until a service that does not answer counts as absent

function show(...states) {
  for (const part of place.querySelectorAll("[data-when]")) {
    part.hidden = !states.includes(part.dataset.when);
  }
}

function ended(answer) {
  if (answer.Status === STATUS.done) {
    window.location.replace(place.dataset.end);
    return;
  }
  if (answer.Status === STATUS.cancelled) {
    show("cancelled", "again");
    return;
  }
  document.getElementById("service-said").textContent = String(answer.Message || "").slice(0, 300);
  show("failed", "again");
}

function begin() {
  let settled = false;
  const socket = new WebSocket(place.dataset.socket);
  const settle = (what) => {
    if (settled) return;
    settled = true;
    clearTimeout(waiting);
    what();
  };
  const absent = () => settle(() => show("absent", "again"));
  const waiting = setTimeout(() => {
    if (socket.readyState !== WebSocket.OPEN) absent();
  }, PATIENCE);
  socket.addEventListener("open", () => {
    show("signing");
    socket.send(place.dataset.message);
  });
  socket.addEventListener("message", (event) => {
    settle(() => {
      try {
        ended(JSON.parse(event.data));
      } catch {
        ended({ Status: -1, Message: "" });
      }
      socket.close();
    });
  });
  socket.addEventListener("error", absent);
  socket.addEventListener("close", absent);
}

begin();
