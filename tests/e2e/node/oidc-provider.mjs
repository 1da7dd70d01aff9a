// The unmodified oidc-provider as an authority that people sign in with. Its own pages take any name. Prints its issuer; ends with standard input.
import { createServer } from "node:http";
import { Provider } from "oidc-provider";

const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: "satchel",
        client_secret: "a secret of the operator's",
        application_type: "native", // any port of a loopback redirect
        redirect_uris: ["http://127.0.0.1/sign-in/back/oidc"],
      },
    ],
    claims: { openid: ["sub"], email: ["email", "email_verified"] },
    findAccount: (_context, id) => ({
      accountId: id,
      claims: () => ({ sub: id, email: `${id}@id.example`, email_verified: true }),
    }),
    pkce: { required: () => true },
  });
  server.on("request", provider.callback());
  console.log(issuer);
});
process.stdin.resume().on("end", () => process.exit(0));
