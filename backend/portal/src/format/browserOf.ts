const BROWSERS = [
  ["Edge", /\bEdgA?\//],
  ["Opera", /\bOPR\//],
  ["Firefox", /\b(?:Firefox|FxiOS)\//],
  ["Chrome", /(?:Chrome|Chromium|CriOS)\//],
  ["Safari", /\bSafari\//],
] as const;
const SYSTEMS = [
  ["iPhone", /\biPhone\b/],
  ["iPad", /\biPad\b/],
  ["Android", /\bAndroid\b/],
  ["ChromeOS", /\bCrOS\b/],
  ["Windows", /\bWindows\b/],
  ["macOS", /\bMac OS X\b/],
  ["Linux", /\bLinux\b/],
] as const;

/** Name a browser by what it calls itself: `Firefox on Linux`. What is unknown is `Unknown browser`. */
export function browserOf(agent: string | null): string {
  const of = (names: readonly (readonly [string, RegExp])[]) => names.find(([, mark]) => mark.test(agent ?? ""))?.[0];
  const browser = of(BROWSERS);
  const system = of(SYSTEMS);
  if (!browser) return system ? `Browser on ${system}` : "Unknown browser";
  return system ? `${browser} on ${system}` : browser;
}
