// Served as /static/password.js: `<script type="module" src="/static/password.js"></script>` on a page with `[data-strength]`.
import { sayStrength } from "./sayStrength";

for (const note of document.querySelectorAll<HTMLElement>("[data-strength]")) sayStrength(note);
