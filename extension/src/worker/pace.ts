/**
 * Lets `burst` through at once and then one every `everyMs`. Who is not wanted any more while it waits takes no turn, so
 * that asking and taking back without end delays nobody else.
 */
export class Pace {
  private due = 0;

  constructor(
    private readonly burst: number,
    private readonly everyMs: number,
  ) {}

  /** Resolves when it is this one's turn, or soon after `wanted` has become false. */
  async turn(wanted: () => boolean): Promise<void> {
    while (wanted() && !this.take()) await new Promise((resolve) => setTimeout(resolve, this.everyMs));
  }

  private take(): boolean {
    const now = Date.now();
    const due = Math.max(this.due, now - (this.burst - 1) * this.everyMs);
    if (due > now) return false;
    this.due = due + this.everyMs;
    return true;
  }
}
