import { expect, test } from "vitest";
import { createClient } from "../src/createClient.js";
import { InvalidRequest } from "../src/errors/InvalidRequest.js";
import { socket } from "../src/socket/socket.js";
import { http } from "../src/transports/http.js";
import { ownKey } from "../src/transports/ownKey.js";
import { unknownOption } from "../src/unknownOption.js";
import { loopback } from "./loopback.js";

const MEANT: [written: string, meant: string][] = [
  ["maxToken", "maxTokens"],
  ["max_tokens", "maxTokens"],
  ["MaxTokens", "maxTokens"],
  ["temprature", "temperature"],
  ["modle", "model"],
  ["response_format", "responseFormat"],
  ["stopSequences", "stop"],
  ["shema", "schema"],
  ["onEvents", "onEvent"],
];
test.each(MEANT)("%s means %s", (written, meant) => {
  expect(unknownOption("ai_generate", { messages: [], [written]: 1 })).toBe(
    `There is no option "${written}": did you mean "${meant}"?`,
  );
});

test("what is far from every option suggests none, however long its name", () => {
  expect(unknownOption("ai_generate", { extraBody: {} })).toBe('There is no option "extraBody" in ai_generate.');
  expect(unknownOption("ai_embed", { ["x".repeat(5000)]: 1 })).toBe(
    `There is no option "${"x".repeat(40)}" in ai_embed.`,
  );
});

test("what is the client's own affair does not travel", () => {
  expect(unknownOption("ai_generate", { schema: {} })).toBe('There is no option "schema" in ai_generate.');
});

test("what is not given is not refused", () => {
  const given = { messages: [], maxToken: undefined, model: "a/b", temprature: null };
  expect(unknownOption("ai_generate", given)).toBeUndefined();
});

const TRANSPORTS = {
  http: (server: string) => http({ server, credentials: "sat_1" }),
  socket: (server: string) => socket({ server, credentials: "sat_1" }),
  ownKey: (server: string) => ownKey(() => fetch(server)),
};
test.each(Object.entries(TRANSPORTS))("%s: a misspelt option is refused before anything is sent", async (way, open) => {
  const asked: string[] = [];
  const server = await loopback((path) => {
    asked.push(path);
    return {};
  });
  const ai = await createClient({ transport: open(server.url) });
  asked.length = 0; // connecting may look whether the server is there
  const misspelt = [
    ai.chat("Hi", { maxToken: 5 } as object),
    ...(way === "ownKey"
      ? []
      : [ai.embed("Hi", { maxToken: 5 } as object), ai.generateImage("Hi", { sise: 1 } as object)]),
  ];
  for (const call of misspelt) {
    const error = await Promise.resolve(call).catch((fault: unknown) => fault);
    expect(error).toBeInstanceOf(InvalidRequest);
    expect(error).toMatchObject({ code: -32602, satchelCode: "malformed_request" });
    expect((error as InvalidRequest).shortMessage).toMatch(/^There is no option "(maxToken|sise)"/);
  }
  expect(asked).toEqual([]);
});
