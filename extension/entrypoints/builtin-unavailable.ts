import { defineUnlistedScript } from "wxt/utils/define-unlisted-script";
import { builtInEvent } from "../src/page/built-in-event";

export default defineUnlistedScript(() => {
  document.dispatchEvent(new CustomEvent(builtInEvent, { detail: "unavailable" }));
});
