import { defineContentScript } from "wxt/utils/define-content-script";
import { scriptMatches } from "../src/page/script-matches";
import { startPage } from "../src/page/start-page";

export default defineContentScript({
  matches: scriptMatches,
  world: "MAIN",
  runAt: "document_start",
  allFrames: true,
  matchOriginAsFallback: true,
  main: () => startPage(window),
});
