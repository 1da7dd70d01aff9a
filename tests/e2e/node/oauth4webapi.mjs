// The unmodified oauth4webapi client signs in: prints the address for the person, reads the one they came back to, prints what it got.
import * as oauth from "oauth4webapi";
import { answered, CLIENT_ID, REDIRECT_URI, SCOPE } from "./person.mjs";

const issuer = new URL(process.argv[2]);
const plainHttp = { [oauth.allowInsecureRequests]: true };
const client = { client_id: CLIENT_ID };
const none = oauth.None();

const resource = await oauth.processResourceDiscoveryResponse(issuer, await oauth.resourceDiscoveryRequest(issuer, plainHttp));
const server = await oauth.processDiscoveryResponse(
  new URL(resource.authorization_servers[0]),
  await oauth.discoveryRequest(issuer, { algorithm: "oauth2", ...plainHttp }),
);
const verifier = oauth.generateRandomCodeVerifier();
const state = oauth.generateRandomState();
const address = new URL(server.authorization_endpoint);
address.search = new URLSearchParams({
  response_type: "code",
  client_id: CLIENT_ID,
  redirect_uri: REDIRECT_URI,
  scope: SCOPE,
  state,
  code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
  code_challenge_method: "S256",
}).toString();

const parameters = oauth.validateAuthResponse(server, client, await answered(address), state);
const first = await oauth.processAuthorizationCodeResponse(
  server,
  client,
  await oauth.authorizationCodeGrantRequest(server, client, none, parameters, REDIRECT_URI, verifier, plainHttp),
);
const second = await oauth.processRefreshTokenResponse(
  server,
  client,
  await oauth.refreshTokenGrantRequest(server, client, none, first.refresh_token, plainHttp),
);
const models = new URL("/v1/models", issuer);
const open = await oauth.protectedResourceRequest(second.access_token, "GET", models, undefined, undefined, plainHttp);
await oauth.processRevocationResponse(await oauth.revocationRequest(server, client, none, second.refresh_token, plainHttp));
const closed = await oauth
  .protectedResourceRequest(second.access_token, "GET", models, undefined, undefined, plainHttp)
  .then((response) => response.status, (error) => error.status);
console.log(JSON.stringify({ scope: first.scope, open: open.status, closed }));
