// @vitest-environment happy-dom
import { render } from "preact";
import { afterEach, expect, it } from "vitest";
import german from "../../public/_locales/de/messages.json";
import { codeWords } from "../../src/ui/code-words";
import { errorWords } from "../../src/ui/error-words";
import { formatDuration } from "../../src/ui/format-duration";
import { language } from "../../src/ui/language";
import { Sentence } from "../../src/ui/sentence";
import { t } from "../../src/ui/t";
import { preferences } from "../../src/wire/preferences";
import { RpcFailure } from "../../src/wire/rpc-failure";
import { WorkerFault } from "../../src/wire/worker-fault";

const load = async () => german;

afterEach(() => language.use(["en"], load));

it("counts by the language's own rules, and writes numbers as it writes them", async () => {
  expect([t("consent_others", { count: 1 }), t("first_all", { count: 1200 })]).toEqual([
    "1 more waiting",
    "All 1,200 models…",
  ]);
  await language.use(["de-AT", "en"], load);
  expect(language.name).toBe("de");
  expect(t("consent_others", { count: 2 })).toBe("2 weitere warten");
  expect(formatDuration(9_400)).toBe("9,4 s");
});

it("a language that we do not speak is passed over, and none at all is English", async () => {
  await language.use(["fr-CH", "de-CH"], load);
  expect(language.name).toBe("de");
  await language.use(["fr"], load);
  expect([language.name, t("consent_deny")]).toEqual(["en", "Deny"]);
});

it("elements stand in the places of a sentence, in the language's order", async () => {
  const place = document.createElement("div");
  const site = <b>notes.example</b>;
  render(<Sentence of="consent_wants" parts={{ site }} />, place);
  expect(place.innerHTML).toBe("<b>notes.example</b> wants to use your model");
  await language.use(["de"], load);
  render(<Sentence of="consent_wantsMany" count={3} parts={{ site }} />, place);
  expect(place.innerHTML).toBe("<b>notes.example</b> möchte dein Modell für 3 Anfragen benutzen");
});

it("a stored preference that is none of the choices counts as not chosen", () => {
  expect(preferences.parse({ theme: "pink", languageModel: "always", nearlySpent: "no" })).toEqual({
    theme: "system",
    language: "auto",
    languageModel: "always",
    nearlySpent: true,
    lockAfterMinutes: 15,
    lockOnClose: false,
    direct: "elsewhere",
    keepOldDays: 0,
    browserModel: false,
  });
});

it("a language that is spoken already is not loaded again", async () => {
  let loads = 0;
  const counted = async () => {
    loads += 1;
    return german;
  };
  for (const tag of ["de", "de-AT", "de"]) await language.use([tag], counted);
  expect([loads, language.locale]).toEqual([1, "de"]);
});

it("a failure is said in the person's language by its code, with a provider's own words behind it", async () => {
  const silence = new WorkerFault("Nothing answers at http://a.example.", {
    code: "sign_in_silence",
    places: { address: "http://a.example" },
  });
  const refused = new RpcFailure(4300, "Lab: Incorrect API key provided.", { satchelCode: "key_rejected" });
  expect([silence, refused, new WorkerFault("Odd", { code: null })].map(errorWords)).toEqual([
    "Nothing answers at http://a.example.",
    "Lab: Incorrect API key provided.",
    "Odd",
  ]);
  await language.use(["de"], load);
  expect(errorWords(WorkerFault.fromWire(structuredClone(silence.toWire())))).toBe(
    "Unter http://a.example antwortet nichts.",
  );
  expect(errorWords(refused)).toBe(
    "Der Anbieter hat deinen Schlüssel abgelehnt. Im Wortlaut: „Lab: Incorrect API key provided.“",
  );
  expect(errorWords(new RpcFailure(-32603, "Odd", { satchelCode: "of_tomorrow" }))).toBe("Odd");
  expect(codeWords("paused", "All sites are paused in Satchel")).toBe("Alle Websites sind angehalten.");
});
