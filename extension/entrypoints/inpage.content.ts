import { defineContentScript } from "wxt/utils/define-content-script";
import { pageMatches } from "../src/page/page-matches";
import { startPage } from "../src/page/start-page";

export default defineContentScript({
  matches: pageMatches,
  world: "MAIN",
  runAt: "document_start",
  allFrames: true,
  matchOriginAsFallback: true,
  main: () => startPage(window),
});
