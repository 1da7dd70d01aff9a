const SITES_AT_MOST = 500;

interface Allowance {
  left: number;
  at: number;
}

/**
 * How often one site may ask anything at all: `burst` at once, then one every `everyMs`. Whoever asks faster is refused
 * and not made to wait, so that nothing piles up. What is kept may be lost with the worker.
 */
export class SitePace {
  private readonly sites = new Map<string, Allowance>();

  constructor(
    private readonly burst: number,
    private readonly everyMs: number,
  ) {}

  /** Whether the site may ask now; each yes counts. */
  take(origin: string): boolean {
    const now = Date.now();
    const before = this.sites.get(origin) ?? { left: this.burst, at: now };
    const left = Math.min(this.burst, before.left + (now - before.at) / this.everyMs);
    this.sites.delete(origin);
    this.sites.set(origin, { left: left < 1 ? left : left - 1, at: now });
    if (this.sites.size > SITES_AT_MOST) this.sites.delete(this.sites.keys().next().value as string);
    return left >= 1;
  }
}
