import type { Browser } from "wxt/browser";
import type { Generations } from "./generations";
import { ownOrigin } from "./own-origin";
import { UiPort } from "./ui-port";
import type { UiService } from "./ui-service";

/** Our own screens that are open now, each over its port. */
export class Screens {
  private readonly ports = new Set<UiPort>();
  private count = 0;

  constructor(
    private readonly service: UiService,
    private readonly generations: Generations,
  ) {}

  add(port: Browser.runtime.Port): void {
    this.count += 1;
    const caller = { origin: ownOrigin(), embedder: null, tabId: -1, frameId: this.count };
    this.ports.add(new UiPort(port, this.service, this.generations, caller, (closed) => this.ports.delete(closed)));
  }

  /** Tells all of them to look again. */
  changed(): void {
    for (const port of this.ports) port.changed(this.generations.live());
  }
}
