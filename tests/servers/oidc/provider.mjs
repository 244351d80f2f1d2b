// A certified OpenID provider with a few people in it: node provider.mjs MODULES PORT FILE-OF-PEOPLE
import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { pathToFileURL } from "node:url";

const [modules, port, people] = process.argv.slice(2);
const { default: Provider } = await import(pathToFileURL(`${modules}/oidc-provider/lib/index.js`));
const told = () => JSON.parse(readFileSync(people, "utf8"));
const key = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" });

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: told().clients,
  jwks: { keys: [{ ...key, use: "sig", alg: "RS256", kid: String(Date.now()) }] },
  cookies: { keys: ["for these tests only"] },
  claims: { openid: ["sub", "amr"], profile: ["name", "preferred_username", "groups"], email: ["email"] },
  features: { devInteractions: { enabled: false } },
  pkce: { required: () => true },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...told().people[id] }) }),
  loadExistingGrant: async (ctx) => {
    const { client, session, params } = ctx.oidc;
    const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
    grant.addOIDCScope(params.scope);
    await grant.save();
    return grant;
  },
});

const page = (uid) =>
  `<!doctype html><title>Provider</title><form method="post" action="/interaction/${uid}">` +
  `<input name="login"><button name="do" value="in">In</button><button name="do" value="no">No</button></form>`;

async function interact(request, response) {
  const { uid } = await provider.interactionDetails(request, response);
  if (request.method === "GET") {
    response.setHeader("content-type", "text/html");
    return response.end(page(uid));
  }
  let body = "";
  for await (const piece of request) body += piece;
  const form = new URLSearchParams(body);
  const id = form.get("login");
  const known = form.get("do") !== "no" && told().people[id];
  const result = known
    ? { login: { accountId: id, amr: known.amr } }
    : { error: "access_denied", error_description: "not here" };
  return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}

const answer = provider.callback();
createServer((request, response) =>
  request.url.startsWith("/interaction/") ? interact(request, response) : answer(request, response),
).listen(Number(port), "127.0.0.1");
