// Passkeys: the browser is asked for one, and its answer goes where the page says.
"use strict";

const raw = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
const told = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

function read(options) {
  const asked = options.publicKey;
  asked.challenge = raw(asked.challenge);
  if (asked.user) asked.user.id = raw(asked.user.id);
  for (const list of [asked.allowCredentials, asked.excludeCredentials]) {
    for (const one of list || []) one.id = raw(one.id);
  }
  return asked;
}

function written(made) {
  const response = { clientDataJSON: told(made.response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (made.response[name]) response[name] = told(made.response[name]);
  }
  return { id: made.id, rawId: told(made.rawId), type: made.type, response, clientExtensionResults: {} };
}

async function post(address, body, csrf) {
  const headers = { "Content-Type": "application/json", "X-CSRF-Token": csrf || "" };
  const answer = await fetch(address, { method: "POST", headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

const add = document.querySelector("[data-passkey-add]");
const login = document.querySelector("[data-passkey-login]");
const wrong = document.querySelector("[data-passkey-error]");

async function attempt(act) {
  wrong.hidden = true;
  try {
    await act();
  } catch (failed) {
    wrong.hidden = false;
  }
}

if (add) {
  add.addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(async () => {
      const { asked, options } = await post(add.dataset.options, {}, add.dataset.csrf);
      const made = await navigator.credentials.create({ publicKey: read(options) });
      const name = add.querySelector("input").value;
      await post(add.dataset.answer, { asked, name, answer: written(made) }, add.dataset.csrf);
      location.reload();
    });
  });
}

if (login) {
  login.addEventListener("click", () => attempt(async () => {
    const options = await post(login.dataset.options, {});
    const signed = await navigator.credentials.get({ publicKey: read(options) });
    const { next } = await post(login.dataset.answer, written(signed));
    location.assign(next);
  }));
}
