/** Where a link of somebody else leads, if it leads to the web or to a mailbox; null for `javascript:`, `data:`, paths and all else. */
export function safeLink(address: string): { href: string; host: string } | null {
  const url = parsed(address);
  if (url?.protocol === "mailto:") return { href: url.href, host: url.pathname };
  return url !== null && ["http:", "https:"].includes(url.protocol) ? { href: url.href, host: url.host } : null;
}

/** Without `URL.canParse`, which Chrome has only since 120. */
function parsed(address: string): URL | null {
  try {
    return new URL(address);
  } catch {
    return null;
  }
}
