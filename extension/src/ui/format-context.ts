/** A context window as it is sold: `200k`, `1M`; powers of two count in their own thousands (131072 is `128k`). */
export function formatContext(tokens: number): string {
  if (tokens < 1000) return String(tokens);
  const base = tokens % 1000 !== 0 && tokens % 1024 === 0 ? 1024 : 1000;
  const million = tokens / (base * base);
  if (million >= 1) return `${Number(million.toFixed(1))}M`;
  return `${Math.round(tokens / base)}k`;
}
