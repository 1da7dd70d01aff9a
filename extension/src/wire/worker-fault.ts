import { isRecord } from "./is-record";

/** What a code's sentence may name: `{address}`. */
type Places = Readonly<Record<string, string>>;

interface Facts {
  /** A stable code of docs/reference/errors.md, or one of the extension's own screens; null where there is none. */
  code: string | null;
  places?: Places;
  cause?: unknown;
}

/** A failure for our own screens: the sentence in English, and a code by which they say it in the person's language. */
export class WorkerFault extends Error {
  readonly code: string | null;
  readonly places: Places;

  constructor(message: string, { code, places = {}, cause }: Facts) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "WorkerFault";
    this.code = code;
    this.places = places;
  }

  /** The same as plain data, for the port. */
  toWire(): Record<string, unknown> {
    return { code: this.code, message: this.message, places: this.places };
  }

  /** Reads what came over the port. */
  static fromWire(value: unknown): WorkerFault {
    const { code, message, places } = isRecord(value) ? value : {};
    return new WorkerFault(typeof message === "string" ? message : "Satchel's extension broke", {
      code: typeof code === "string" ? code : null,
      places: isRecord(places) ? (places as Places) : {},
    });
  }
}
