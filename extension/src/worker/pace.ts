interface Waiting {
  wanted: () => boolean;
  go: () => void;
}

/**
 * Lets `burst` through at once and then one every `everyMs`. Whoever waits does so in their own line, and the lines take
 * turns, so that one site that asks without end delays no other. Who is not wanted any more takes no turn.
 */
export class Pace {
  private due = 0;
  private readonly lines = new Map<string, Waiting[]>();
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly burst: number,
    private readonly everyMs: number,
  ) {}

  /** Resolves when it is this one's turn, or soon after `wanted` has become false. `line` is whose turn it takes. */
  turn(line: string, wanted: () => boolean): Promise<void> {
    return new Promise((go) => {
      this.lines.set(line, [...(this.lines.get(line) ?? []), { wanted, go }]);
      if (this.timer === null) this.serve();
    });
  }

  private serve(): void {
    this.timer = null;
    this.dismiss();
    while (this.lines.size > 0 && this.take()) this.next()?.go();
    if (this.lines.size > 0) this.timer = setTimeout(() => this.serve(), this.everyMs);
  }

  /** Lets go who has left. */
  private dismiss(): void {
    for (const [line, waiting] of [...this.lines]) {
      const left = waiting.filter(({ wanted }) => wanted());
      for (const one of waiting) if (!left.includes(one)) one.go();
      if (left.length === 0) this.lines.delete(line);
      else this.lines.set(line, left);
    }
  }

  /** Takes the first of the line whose turn it is; that line goes behind all others. */
  private next(): Waiting | undefined {
    const [line, waiting] = this.lines.entries().next().value as [string, Waiting[]];
    const [first, ...others] = waiting;
    this.lines.delete(line);
    if (others.length > 0) this.lines.set(line, others);
    return first;
  }

  private take(): boolean {
    const now = Date.now();
    const due = Math.max(this.due, now - (this.burst - 1) * this.everyMs);
    if (due > now) return false;
    this.due = due + this.everyMs;
    return true;
  }
}
