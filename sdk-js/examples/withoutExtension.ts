// The visitor's Satchel, with or without the extension: the extension, else signing in to a server, else this site's own key.
import { createClient, fallback, http, injected, oauth, ownKey } from "satchel";
import { defineComponents } from "satchel/components";

const server = "https://satchel.example"; // it names this site in SATCHEL_ALLOWED_ORIGINS

defineComponents();
const session = oauth({ server, keep: "session" });
const button = document.querySelector("satchel-sign-in");
if (button) button.session = session;

const ai = await createClient({
  transport: fallback(
    injected,
    http({ server, credentials: session }),
    ownKey((body, signal) =>
      fetch("/api/chat", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
        signal: signal ?? null,
      }),
    ),
  ),
});

document.querySelector("#ask")?.addEventListener("click", async () => {
  for await (const part of ai.chat("Why do leaves change colour?")) {
    if (part.type === "text") document.querySelector("output")?.append(part.text);
  }
});
