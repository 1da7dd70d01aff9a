import type { AskedBody } from "../wire/asked-body";
import { isRecord } from "../wire/is-record";
import type { RequestFile, RequestTurn, RequestView, RequestViews, RequestWords } from "../wire/request-views";

/** What may still be shown of all requests together: whatever a page sends, a screen gets no more than this. */
interface Room {
  characters: number;
  pictures: number;
}

const ROOM: Readonly<Room> = { characters: 60_000, pictures: 4 };
const REQUESTS = 20;
const FIRST = 5;
const LAST = 25;
const PARTS = 12;
const TEXT = 1_200;
const NAME = 120;
const SETTINGS = 40;
const PICTURE = 400_000;
const INLINE = /^data:image\/(png|jpeg|webp|gif);base64,/;
const SPOKEN = new Set(["model", "messages", "prompt", "input"]);

/** The requests, for the person to read. Nothing of it is kept, and giant ones are told in a bounded room. */
function of(bodies: readonly AskedBody[]): RequestViews {
  const room = { ...ROOM };
  const said = bodies.filter(has);
  const requests = said.slice(0, REQUESTS).map((body) => viewOf(body, room));
  return { requests, leftOut: said.length - requests.length };
}

/** Whether a request says anything: a permission is asked for before there is something to say. */
function has(body: AskedBody): boolean {
  return listOf(body).length > 0;
}

function viewOf(body: AskedBody, room: Room): RequestView {
  const turns = listOf(body);
  const isWhole = turns.length <= FIRST + LAST;
  const first = (isWhole ? turns : turns.slice(0, FIRST)).map((turn) => turnOf(turn, room));
  const last = (isWhole ? [] : turns.slice(-LAST)).map((turn) => turnOf(turn, room));
  const others = Object.entries(body).filter(([name]) => !SPOKEN.has(name));
  const settings = others.slice(0, SETTINGS).map(([name, value]) => ({ name, words: words(written(value), room) }));
  return { first, leftOut: turns.length - first.length - last.length, last, settings };
}

/** The messages; where there are none, what is to be drawn or measured counts as one each. */
function listOf(body: AskedBody): readonly unknown[] {
  const messages: unknown = body["messages"];
  if (Array.isArray(messages)) return messages;
  const said: unknown = body["prompt"] ?? body["input"] ?? [];
  return (Array.isArray(said) ? said : [said]).map((content: unknown) => ({ content }));
}

function turnOf(message: unknown, room: Room): RequestTurn {
  if (!isRecord(message)) return { role: null, parts: [words(written(message), room)], leftOut: 0 };
  const { role, content, ...more } = message;
  const said: unknown[] = Array.isArray(content) ? content : [content];
  const all = [...said.filter((part) => part !== null && part !== undefined), ...Object.entries(more).map(namedPart)];
  return {
    role: typeof role === "string" ? role.slice(0, NAME) : null,
    parts: all.slice(0, PARTS).map((part) => partOf(part, room)),
    leftOut: Math.max(0, all.length - PARTS),
  };
}

function namedPart([name, value]: [string, unknown]): string {
  return `${name}: ${written(value)}`;
}

function partOf(part: unknown, room: Room): RequestWords | RequestFile {
  if (!isRecord(part)) return words(written(part), room);
  const { text, image_url: image, input_audio: audio, file } = part;
  if (typeof text === "string") return words(text, room);
  const url: unknown = isRecord(image) ? image["url"] : image;
  if (typeof url === "string") return pictureOf(url, room);
  if (isRecord(audio)) return fileOf("audio", audio["format"], audio["data"]);
  if (isRecord(file)) return fileOf("file", file["filename"], file["file_data"]);
  return words(written(part), room);
}

function pictureOf(url: string, room: Room): RequestFile {
  if (!url.startsWith("data:")) return { kind: "image", name: url.slice(0, 2 * NAME), bytes: null, picture: null };
  const isShown = url.length <= PICTURE && INLINE.test(url) && room.pictures > 0;
  if (isShown) room.pictures -= 1;
  return { ...fileOf("image", null, url), picture: isShown ? url : null };
}

/** Of a file that came with the request: base64 writes three bytes as four characters. */
function fileOf(kind: RequestFile["kind"], name: unknown, data: unknown): RequestFile {
  const bytes = typeof data === "string" ? Math.floor(((data.length - data.indexOf(",") - 1) * 3) / 4) : null;
  return { kind, name: typeof name === "string" ? name.slice(0, NAME) : null, bytes, picture: null };
}

function words(text: string, room: Room): RequestWords {
  const shown = text.slice(0, Math.min(TEXT, room.characters));
  room.characters -= shown.length;
  return { kind: "text", text: shown, leftOut: text.length - shown.length };
}

function written(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}

/** What requests would send, in words. */
export const requestViews = { of, has };
