import { extensionUrl } from "./extension-url";

/** The origin of our own screens, as browsers write it for a sender. Not by `URL.origin`: Firefox says `null` there. */
export function ownOrigin(): string {
  return extensionUrl("").replace(/\/$/, "");
}
