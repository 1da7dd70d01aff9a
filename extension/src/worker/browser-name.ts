import { browser } from "wxt/browser";

const SYSTEMS: Readonly<Record<string, string>> = {
  android: "Android",
  cros: "ChromeOS",
  linux: "Linux",
  mac: "macOS",
  openbsd: "OpenBSD",
  win: "Windows",
};

/** What the person calls this browser: “Firefox on Linux”. */
export async function browserName(): Promise<string> {
  const { os } = await browser.runtime.getPlatformInfo();
  const name = import.meta.env.FIREFOX ? "Firefox" : "Chromium";
  return SYSTEMS[os] === undefined ? name : `${name} on ${SYSTEMS[os]}`;
}
