import { defineContentScript } from "wxt/utils/define-content-script";
import { scriptMatches } from "../src/page/script-matches";
import { startRelay } from "../src/page/start-relay";

export default defineContentScript({
  matches: scriptMatches,
  runAt: "document_start",
  allFrames: true,
  matchOriginAsFallback: true,
  noScriptStartedPostMessage: true,
  main: () => startRelay(),
});
