import type { Generation } from "../wire/generation";

const COLUMNS: Readonly<Record<string, (each: Generation) => string | number | null>> = {
  id: ({ id }) => id,
  started_at: ({ started_at }) => started_at,
  site: ({ origin }) => origin,
  app: ({ app }) => app,
  requested_model: ({ requested_model }) => requested_model,
  model: ({ model }) => model,
  provider: ({ provider }) => provider,
  kind: ({ kind }) => kind ?? "chat",
  status: ({ status }) => status,
  code: ({ error_code }) => error_code,
  input_tokens: ({ usage }) => usage.input_tokens,
  output_tokens: ({ usage }) => usage.output_tokens,
  reasoning_tokens: ({ usage }) => usage.reasoning_tokens,
  cached_tokens: ({ usage }) => usage.cached_tokens,
  images: ({ usage }) => usage.images ?? 0,
  seconds: ({ usage }) => usage.seconds ?? 0,
  characters: ({ usage }) => usage.characters ?? 0,
  cost_usd: ({ cost }) => (cost.known ? (cost.nusd / 1_000_000_000).toFixed(9) : null),
  first_event_ms: ({ first_event_ms }) => first_event_ms,
  duration_ms: ({ duration_ms }) => duration_ms,
  attempts: ({ attempts }) => attempts ?? null,
  failed_attempts: ({ failed_attempts: failed }) =>
    failed?.map((each) => `${each.endpoint} ${each.code} ${each.duration_ms} ms`).join("; ") || null,
  asked: ({ said }) => said?.asked ?? null,
  answered: ({ said }) => said?.answered ?? null,
};

/** Generations as a file that is made page by page: `begin`, the lines of each page, `end`. */
export interface ActivityFile {
  name: string;
  type: string;
  begin: string;
  lines(generations: readonly Generation[], isFirst: boolean): string;
  end: string;
}

/** As RFC 4180 has it, with a line of names first. No cell is read as a formula by a spreadsheet. */
const CSV: ActivityFile = {
  name: "satchel-activity.csv",
  type: "text/csv",
  begin: line(Object.keys(COLUMNS)),
  lines: (generations) =>
    generations.map((each) => line(Object.values(COLUMNS).map((column) => cell(column(each))))).join(""),
  end: "",
};

/** One array, a generation a line. */
const JSON_ARRAY: ActivityFile = {
  name: "satchel-activity.json",
  type: "application/json",
  begin: "[",
  lines: (generations, isFirst) =>
    generations.map((each, at) => `${isFirst && at === 0 ? "" : ","}\n${JSON.stringify(each)}`).join(""),
  end: "\n]\n",
};

export const ActivityFile = { CSV, JSON_ARRAY };

function line(cells: readonly string[]): string {
  return `${cells.join(",")}\r\n`;
}

function cell(value: string | number | null): string {
  if (value === null) return "";
  const text = /^[=+\-@\t\r]/.test(String(value)) && typeof value === "string" ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
