// The unmodified openid-client signs in: prints the address for the person, reads the one they came back to, prints what it got.
import * as client from "openid-client";
import { answered, CLIENT_ID, REDIRECT_URI, SCOPE } from "./person.mjs";

const issuer = new URL(process.argv[2]);
const config = await client.discovery(issuer, CLIENT_ID, undefined, client.None(), {
  algorithm: "oauth2",
  execute: [client.allowInsecureRequests],
});
const pkceCodeVerifier = client.randomPKCECodeVerifier();
const expectedState = client.randomState();
const address = client.buildAuthorizationUrl(config, {
  redirect_uri: REDIRECT_URI,
  scope: SCOPE,
  state: expectedState,
  code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
  code_challenge_method: "S256",
});
const first = await client.authorizationCodeGrant(config, await answered(address), { pkceCodeVerifier, expectedState });
const second = await client.refreshTokenGrant(config, first.refresh_token);
const models = new URL("/v1/models", issuer);
const open = await client.fetchProtectedResource(config, second.access_token, models, "GET");
await client.tokenRevocation(config, second.access_token);
const closed = await client
  .fetchProtectedResource(config, second.access_token, models, "GET")
  .then((response) => response.status, (error) => error.status ?? error.cause?.status);
console.log(JSON.stringify({ scope: first.scope, type: first.token_type, open: open.status, closed }));
