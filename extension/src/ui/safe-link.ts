/** Where a link of somebody else leads, if it leads to the web or to a mailbox; null for `javascript:`, `data:`, paths and all else. */
export function safeLink(address: string): { href: string; host: string } | null {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url?.protocol === "mailto:") return { href: url.href, host: url.pathname };
  return url !== null && ["http:", "https:"].includes(url.protocol) ? { href: url.href, host: url.host } : null;
}
