import { expect, it } from "vitest";
import { requestViews } from "../../src/worker/request-views";

const PICTURE = "data:image/png;base64,AAAA";

function only(body: Parameters<typeof requestViews.has>[0]) {
  const [view] = requestViews.of([body]).requests;
  if (view === undefined) throw new Error("nothing is shown");
  return view;
}

it("B1: a request is told message by message, with all else that is sent", () => {
  const messages = [
    { role: "system", content: "Be brief." },
    {
      role: "user",
      content: [
        { type: "text", text: "What is this?" },
        { type: "image_url", image_url: { url: PICTURE } },
      ],
    },
    { role: "assistant", content: null, tool_calls: [{ id: "1" }] },
  ];
  const view = only({ model: "m", messages, temperature: 0.5 });
  expect(view.first.map(({ role, parts }) => [role, ...parts])).toEqual([
    ["system", { kind: "text", text: "Be brief.", leftOut: 0 }],
    [
      "user",
      { kind: "text", text: "What is this?", leftOut: 0 },
      { kind: "image", name: null, bytes: 3, picture: PICTURE },
    ],
    ["assistant", { kind: "text", text: 'tool_calls: [{"id":"1"}]', leftOut: 0 }],
  ]);
  expect(view.settings).toEqual([{ name: "temperature", words: { kind: "text", text: "0.5", leftOut: 0 } }]);
});

it("B1: a picture elsewhere is named and never loaded; sounds and files are named with their size", () => {
  const content = [
    { type: "image_url", image_url: { url: "https://tracker.example/pixel.png" } },
    { type: "image_url", image_url: { url: "data:image/svg+xml;base64,AAAA" } },
    { type: "input_audio", input_audio: { data: "AAAAAAAA", format: "wav" } },
    { type: "file", file: { filename: "letter.pdf", file_data: "data:application/pdf;base64,AAAA" } },
    { type: "riddle", what: 1 },
  ];
  expect(only({ model: "m", messages: [{ role: "user", content }] }).first[0]?.parts).toEqual([
    { kind: "image", name: "https://tracker.example/pixel.png", bytes: null, picture: null },
    { kind: "image", name: null, bytes: 3, picture: null },
    { kind: "audio", name: "wav", bytes: 6, picture: null },
    { kind: "file", name: "letter.pdf", bytes: 3, picture: null },
    { kind: "text", text: '{"type":"riddle","what":1}', leftOut: 0 },
  ]);
});

it("B1: texts to be measured and pictures to be drawn are told too; a wish for permission says nothing", () => {
  const texts = (body: Parameters<typeof only>[0]) => only(body).first.flatMap(({ parts }) => parts);
  expect(texts({ model: "m", input: ["one", "two"] })).toMatchObject([{ text: "one" }, { text: "two" }]);
  expect(texts({ model: "m", prompt: "A hat" })).toMatchObject([{ text: "A hat" }]);
  expect(requestViews.has({ model: "m", messages: [] })).toBe(false);
  expect(requestViews.of([{ model: "m", messages: [] }])).toEqual({ requests: [], leftOut: 0 });
});

it("B1: a giant request is told in a bounded room, and what is not shown is counted", () => {
  const long = { role: "user", content: "x".repeat(1_000_000) };
  const many = {
    role: "user",
    content: Array.from({ length: 10_000 }, () => ({ type: "image_url", image_url: { url: PICTURE } })),
  };
  const messages = [long, many, ...Array.from({ length: 5_000 }, () => ({ role: "user", content: "y".repeat(5_000) }))];
  const bodies = Array.from({ length: 1_000 }, () => ({ model: "m", messages, tools: ["z".repeat(100_000)] }));
  const views = requestViews.of(bodies);
  expect([views.requests.length, views.leftOut]).toEqual([20, 980]);
  const [first] = views.requests;
  expect(first?.first[0]?.parts).toMatchObject([{ leftOut: 998_800 }]);
  expect(first?.first[1]).toMatchObject({ leftOut: 9_988 });
  expect([first?.first.length, first?.leftOut, first?.last.length]).toEqual([5, 4_972, 25]);
  expect(JSON.stringify(views).length).toBeLessThan(300_000);
  expect(JSON.stringify(views).split(PICTURE)).toHaveLength(5);
});
