import { describe, expect, it } from "vitest";
import { type AskMethod, paramsOf } from "../../../sdk-js/src/unknownOption";
import { AskedBody } from "../../src/wire/asked-body";

const ASKED = {
  ai_generate: { messages: [{ role: "user", content: "hi" }] },
  ai_embed: { input: "hi" },
  ai_generateImage: { prompt: "a hat" },
  ai_speak: { input: "hi" },
  ai_transcribe: { file: "data:audio/wav;base64,AAAA" },
};
const METHODS = Object.keys(ASKED) as AskMethod[];

function bodyOf(method: AskMethod, wishes: object) {
  return AskedBody.fromParams(AskedBody.kindOf(method) ?? "chat", { ...ASKED[method], ...wishes });
}

describe("what a page asks for", () => {
  it.each(METHODS)(
    "%s: every option that the client has is carried or refused by its type, and none is lost",
    (method) => {
      const lost = paramsOf(method).filter((name) => {
        const body = bodyOf(method, { [name]: Symbol("no JSON has this") });
        return typeof body !== "string";
      });
      expect(lost).toEqual(method === "ai_generate" ? ["toolChoice", "reason"] : []); // any value; read beside the body
    },
  );

  it.each(METHODS)("%s: an option that nobody knows is refused by name", (method) => {
    expect(bodyOf(method, { modle: "a/b" })).toBe('There is no option "modle": did you mean "model"?');
    expect(bodyOf(method, { zzz: 1 })).toBe(`There is no option "zzz" in ${method}.`);
    expect(bodyOf(method, { modle: null, zzz: undefined })).toMatchObject(ASKED[method]);
  });

  it("has no name from a __proto__ of the page's own", () => {
    const params = JSON.parse('{"messages":[{"role":"user","content":"hi"}],"__proto__":{"seed":1}}');
    expect(AskedBody.fromParams("chat", params)).toBe('There is no option "__proto__" in ai_generate.');
  });
});
