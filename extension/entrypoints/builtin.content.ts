import { defineContentScript } from "wxt/utils/define-content-script";
import { pageMatches } from "../src/page/page-matches";
import { startBuiltIn } from "../src/page/start-built-in";

export default defineContentScript({
  matches: pageMatches,
  world: "MAIN",
  runAt: "document_start",
  allFrames: true,
  matchOriginAsFallback: true,
  main: () => startBuiltIn(window),
});
