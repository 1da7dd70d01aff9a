/** `satchel/extensions`: every extension on the page that carries models, for a page that lets the person choose. */

export type { Announcement, ProviderInfo } from "../transports/Announcement.js";
export { type Announcements, announced, announcements } from "./announcements.js";
