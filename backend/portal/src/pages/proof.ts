// Served as /static/proof.js: `<script type="module" src="/static/proof.js"></script>` on a page with `[data-prove]`.
import { provePasskey } from "./provePasskey";

for (const part of document.querySelectorAll<HTMLElement>("[data-prove]")) provePasskey(part, window);
