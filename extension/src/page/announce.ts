import { intrinsics } from "./intrinsics";
import { listenForGood } from "./listen-for-good";
import { providerIcon } from "./provider-icon";

/** Says who we are, now and whenever a page asks: docs/reference/page-protocol.md, "Discovery". */
export function announce(target: Window, provider: Record<string, unknown>): void {
  const { addEventListener, dispatchEvent, CustomEvent, freeze, randomId } = intrinsics;
  const info = freeze({
    uuid: randomId(),
    name: "Satchel",
    icon: providerIcon,
    rdns: "dev.satchel",
    apiVersion: "1",
    features: freeze([
      "generate",
      "stream",
      "cancel",
      "tools",
      "json_schema",
      "usage",
      "cost",
      "permissions",
      "models",
      "embeddings",
      "images",
      "speech",
      "transcription",
    ]),
  });
  const detail = freeze({ info, provider });
  const say = () => dispatchEvent.call(target, new CustomEvent("ai:announceProvider", { detail }));
  listenForGood(target.document, () => addEventListener.call(target, "ai:requestProvider", say));
  say();
}
