// The unmodified oauth4webapi client signs in: prints the address for the person, reads the one they came back to, prints what it got.
// With `bound` as its last word it pushes its request first, and binds everything to a key (PAR, DPoP).
import * as oauth from "oauth4webapi";
import { answered, CLIENT_ID, REDIRECT_URI, SCOPE } from "./person.mjs";

const issuer = new URL(process.argv[2]);
const client = { client_id: CLIENT_ID };
const none = oauth.None();
const isBound = process.argv[4] === "bound";
const plainHttp = { [oauth.allowInsecureRequests]: true };
const options = isBound ? { ...plainHttp, DPoP: oauth.DPoP(client, await oauth.generateKeyPair("ES256")) } : plainHttp;

/** Ask and read the answer; once more if the server wants its own nonce in the proof. */
async function asked(ask, read) {
  try {
    return await read(await ask());
  } catch (error) {
    if (!oauth.isDPoPNonceError(error)) throw error;
    return read(await ask());
  }
}

const resource = await oauth.processResourceDiscoveryResponse(issuer, await oauth.resourceDiscoveryRequest(issuer, plainHttp));
const server = await oauth.processDiscoveryResponse(
  new URL(resource.authorization_servers[0]),
  await oauth.discoveryRequest(issuer, { algorithm: "oauth2", ...plainHttp }),
);
const verifier = oauth.generateRandomCodeVerifier();
const state = oauth.generateRandomState();
const request = new URLSearchParams({
  response_type: "code",
  client_id: CLIENT_ID,
  redirect_uri: REDIRECT_URI,
  scope: SCOPE,
  state,
  code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
  code_challenge_method: "S256",
});
const address = new URL(server.authorization_endpoint);
if (isBound) {
  const pushed = await asked(
    () => oauth.pushedAuthorizationRequest(server, client, none, request, options),
    (response) => oauth.processPushedAuthorizationResponse(server, client, response),
  );
  address.search = new URLSearchParams({ client_id: CLIENT_ID, request_uri: pushed.request_uri }).toString();
} else {
  address.search = request.toString();
}

const parameters = oauth.validateAuthResponse(server, client, await answered(address), state);
const first = await asked(
  () => oauth.authorizationCodeGrantRequest(server, client, none, parameters, REDIRECT_URI, verifier, options),
  (response) => oauth.processAuthorizationCodeResponse(server, client, response),
);
const second = await asked(
  () => oauth.refreshTokenGrantRequest(server, client, none, first.refresh_token, options),
  (response) => oauth.processRefreshTokenResponse(server, client, response),
);
const models = new URL("/v1/models", issuer);
const status = (using) =>
  oauth.protectedResourceRequest(second.access_token, "GET", models, undefined, undefined, using).then(
    (response) => response.status,
    (error) => error.status,
  );
const open = await status(options);
const asBearer = isBound ? await status(plainHttp) : 401;
await oauth.processRevocationResponse(await oauth.revocationRequest(server, client, none, second.refresh_token, plainHttp));
const closed = asBearer === 401 ? await status(options) : "as a bearer token, the bound one opened";
console.log(JSON.stringify({ scope: first.scope, type: second.token_type, open, closed }));
