import { defineContentScript } from "wxt/utils/define-content-script";
import { pageMatches } from "../src/page/page-matches";
import { startRelay } from "../src/page/start-relay";

export default defineContentScript({
  matches: pageMatches,
  runAt: "document_start",
  allFrames: true,
  matchOriginAsFallback: true,
  noScriptStartedPostMessage: true,
  main: () => startRelay(),
});
