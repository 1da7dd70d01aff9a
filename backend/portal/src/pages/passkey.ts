// Served as /static/passkey.js: `<script type="module" src="/static/passkey.js"></script>` on a page with `[data-passkey]`.
import { offerPasskey } from "./offerPasskey";

for (const part of document.querySelectorAll<HTMLElement>("[data-passkey]")) offerPasskey(part, window);
