/** The part of `browser.alarms` that wakes this worker, however long it has slept. */
interface Alarms {
  create(name: string, info: { periodInMinutes: number }): unknown;
  clear(name: string): unknown;
}

const NAME = "sweep";

/**
 * Looks once a minute after what may be left behind, for as long as there is anything: questions that nobody answers, and
 * requests whose page is gone. `sweep` looks, and tells whether something may still be left.
 */
export class Sweeps {
  private isSet = false;
  private isNeeded = false;

  constructor(
    private readonly alarms: Alarms,
    private readonly sweep: () => Promise<boolean>,
  ) {}

  /** There is something to look after. */
  needed(): void {
    this.isNeeded = true;
    if (this.isSet) return;
    this.isSet = true;
    void this.alarms.create(NAME, { periodInMinutes: 1 });
  }

  /** An alarm went off. */
  async heard(name: string): Promise<void> {
    if (name === NAME) await this.run();
  }

  /** Looks now. */
  async run(): Promise<void> {
    this.isNeeded = false;
    if (await this.sweep()) this.needed();
    if (this.isNeeded) return;
    this.isSet = false;
    void this.alarms.clear(NAME);
  }
}
