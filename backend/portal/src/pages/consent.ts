// Served as /static/consent.js: `<script type="module" src="/static/consent.js"></script>` on a page with `form[data-arm]`.
import { armButtons } from "./armButtons";

for (const form of document.querySelectorAll<HTMLFormElement>("form[data-arm]")) armButtons(form, window);
