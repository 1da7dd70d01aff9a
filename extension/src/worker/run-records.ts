import type { KeyValue } from "./key-value";
import type { RunRecord } from "./run-record";

const PREFIX = "run:";

/** The records of running generations in `storage.session`. */
export class RunRecords {
  constructor(private readonly session: KeyValue) {}

  get(key: string): Promise<RunRecord | null> {
    return this.session.get(PREFIX + key);
  }

  put(record: RunRecord): Promise<void> {
    return this.session.set(PREFIX + record.key, record);
  }

  remove(key: string): Promise<void> {
    return this.session.remove(PREFIX + key);
  }

  async all(): Promise<RunRecord[]> {
    return (await this.session.list<RunRecord>(PREFIX)).map(([, record]) => record);
  }
}
