import { isRecord } from "../wire/is-record";
import { UNNAMED } from "./plain-prompt";

interface Plain {
  /** Its base address, which may be without the `/v1` that the person's got. */
  address: string;
  model: string;
}

interface Said {
  status: number;
  body: unknown;
}

const NAMES_WITHIN_MS = 1_000;
/** A model may be read from the disk before its first word. */
const WORD_WITHIN_MS = 30_000;
const ABSENT = new Set([404, 405, 501]);

/** Finds servers that know prompts and no chats, as Window AI wanted its local ones, at an address where no models are listed. */
export class PlainServers {
  /** What was found by having a word written, so that it is not written again. */
  private readonly known = new Map<string, Plain | null>();

  constructor(private readonly fetch: typeof globalThis.fetch) {}

  /** The one model at an address; null where there is no such server. `POST /model` names it; else one word is asked for. */
  async at(address: string): Promise<Plain | null> {
    const places = [...new Set([address, address.replace(/\/v1$/, "")])];
    for (const place of places) {
      const said = await this.post(`${place}/model`, { prompt: "" }, NAMES_WITHIN_MS);
      const id = said?.status === 200 && isRecord(said.body) ? said.body["id"] : null;
      if (typeof id === "string" && id !== "") return { address: place, model: id };
    }
    if (!this.known.has(address)) {
      const found = await this.bySpeaking(places);
      if (found === "silent") return null;
      this.known.set(address, found);
    }
    return this.known.get(address) ?? null;
  }

  private async bySpeaking(places: readonly string[]): Promise<Plain | "silent" | null> {
    for (const place of places) {
      const turn = { messages: [{ role: "user", content: "Hi" }], max_tokens: 1 };
      const chat = await this.post(`${place}/chat/completions`, turn, WORD_WITHIN_MS);
      if (chat === null) return "silent";
      if (!ABSENT.has(chat.status)) return null;
      const said = await this.post(`${place}/completions`, { prompt: "Hi", max_tokens: 1 }, WORD_WITHIN_MS);
      if (said === null) return "silent";
      const choices = said.status === 200 && isRecord(said.body) ? said.body["choices"] : null;
      const [first] = Array.isArray(choices) ? (choices as unknown[]) : [];
      if (isRecord(first) && typeof first["text"] === "string") return { address: place, model: UNNAMED };
    }
    return null;
  }

  private async post(url: string, body: object, withinMs: number): Promise<Said | null> {
    const { fetch } = this;
    try {
      const answer = await fetch(url, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
        credentials: "omit",
        cache: "no-store",
        redirect: "error",
        signal: AbortSignal.timeout(withinMs),
      });
      return { status: answer.status, body: await answer.json().catch(() => null) };
    } catch {
      return null; // nobody there, or somebody too slow
    }
  }
}
