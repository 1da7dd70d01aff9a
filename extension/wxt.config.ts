import preact from "@preact/preset-vite";
import { defineConfig } from "wxt";
import { pageMatches } from "./src/page/page-matches";

/** Public half of the key that pins the Chromium id obokckflholpogcnmlgdjmncdemhikia. */
const CHROMIUM_KEY =
  "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA0WPUjjJzuL/ly9Qvz9yPyBdNxisNFef6dHhi0iU+/BWXIE/2fXCtu1VQa1lhSQ9pK6jDjDtcPdMV8sH0q2WDSXP2Vzlp2OmqZWTXXQJXC008Y/5OoPb1MwOzvQWRsRr09nIdQKd7NlwbQ8w9GmZjbiXN8CWKi4ktyRYlgWG6OOpAP6RrjaaBGLrurH0Vg4LmbF8TaFJ/76sv5brGt1Q6NoSWKMFhDE0S5KQizBFyOJbXiAlWi1o36F/lKAwupOSIt9tlS+xgoYntAQrUZxSdRMHgd8CpCUnaXi46NFoRx1qBKupR4l47BO0NkQM9LVFoX3rAY5VCOBBT/QHZtvkZlwIDAQAB";
const GECKO_ID = "satchel@satchel.dev";

const EXTENSION_PAGES_CSP = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "object-src 'self'",
  "frame-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "connect-src 'self' http://127.0.0.1:* ws://127.0.0.1:* http://localhost:* ws://localhost:* https: wss:",
].join("; ");

const ICONS = { 16: "icon/16.png", 32: "icon/32.png", 48: "icon/48.png", 128: "icon/128.png" };

/** Answers for everything the two stores ask about us; screens and scripts are found in entrypoints/. */
export default defineConfig({
  imports: false,
  manifestVersion: 3,
  webExt: { disabled: true },
  vite: () => ({
    plugins: [preact()],
    build: { sourcemap: false, target: ["chrome120", "firefox142"] },
  }),
  zip: {
    // Reviewers build it from this: the page script has its client from the npm package's sources.
    sourcesRoot: "..",
    includeSources: ["extension/**", "sdk-js/src/**"],
    excludeSources: ["**/node_modules/**", "**/.output/**", "**/.wxt/**", "extension/tests/**"],
  },
  manifest: ({ browser }) => ({
    name: "__MSG_extName__",
    description: "__MSG_extDescription__",
    default_locale: "en",
    key: browser === "chrome" ? CHROMIUM_KEY : undefined,
    permissions: ["storage", "alarms", "identity", "notifications", "contextMenus"],
    optional_permissions: browser === "chrome" ? ["scripting", "offscreen"] : ["scripting"],
    optional_host_permissions: [...pageMatches],
    icons: ICONS,
    action: { default_title: "__MSG_extName__", default_icon: ICONS },
    minimum_chrome_version: browser === "chrome" ? "120" : undefined,
    content_security_policy: { extension_pages: EXTENSION_PAGES_CSP },
    browser_specific_settings:
      browser === "firefox"
        ? {
            gecko: {
              id: GECKO_ID,
              strict_min_version: "142.0",
              data_collection_permissions: { required: ["websiteContent", "authenticationInfo"] },
            },
          }
        : undefined,
  }),
});
