import type { ActivityFilter } from "../wire/activity-filter";
import { WorkerFault } from "../wire/worker-fault";
import type { ActivityFile } from "./activity-file";
import type { ActivitySource } from "./activity-source";
import { saveFile } from "./save-file";

/** The most that the backend gives at once. */
const PAGE = 200;

/** One file on its way: everything that the person looked for when it began, however much that is. A failed page can be asked for again. */
export class ActivityExportRun {
  /** How many generations are in it. */
  count = 0;
  isWhole = false;
  /** Kept as blobs, so that the browser may keep them out of memory. */
  private readonly parts: Blob[];
  private cursor: string | null = null;

  constructor(
    private readonly source: ActivitySource,
    private readonly filter: ActivityFilter,
    private readonly file: ActivityFile,
  ) {
    this.parts = [new Blob([file.begin])];
  }

  /** Adds the next page. One that has not all of its time is a failure: a file with a hole looks whole. */
  async next(): Promise<void> {
    const page = await this.source.generationPage(PAGE, this.filter, this.cursor);
    if (page.failure !== undefined) throw WorkerFault.fromWire(page.failure);
    this.parts.push(new Blob([this.file.lines(page.data, this.count === 0)]));
    this.count += page.data.length;
    this.cursor = page.next_cursor;
    this.isWhole = page.next_cursor === null;
  }

  save(): void {
    saveFile(this.file.name, new Blob([...this.parts, this.file.end], { type: this.file.type }));
  }
}
