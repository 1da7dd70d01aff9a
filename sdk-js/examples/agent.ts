// An agent: the model calls functions of this page until it can answer, at most six times, then writes JSON of a schema.
import { createClient, type Tool } from "satchel";

interface Plan {
  title: string;
  steps: string[];
}

const notes = new Map([["garden", "Plant tulips before the first frost."]]);

const findNote: Tool = {
  type: "function",
  function: {
    name: "find_note",
    description: "Find a note by its title",
    parameters: { type: "object", properties: { title: { type: "string" } }, required: ["title"] },
  },
  execute(input) {
    const { title } = input as { title?: unknown }; // a model wrote it: check it
    return notes.get(String(title)) ?? "There is no such note.";
  },
};

const ai = await createClient();
const schema = {
  type: "object",
  properties: { title: { type: "string" }, steps: { type: "array", items: { type: "string" } } },
  required: ["title", "steps"],
};
const answer = ai.chat<Plan>("Plan my weekend from my garden note.", { tools: [findNote], maxSteps: 6, schema });
for await (const part of answer) {
  if (part.type === "tool-call") document.body.append(`looking into ${part.arguments}\n`);
}
const { object, cost } = await answer;
document.body.append(`${object?.title}: ${object?.steps.join(", ")} ($${cost.usd})`);
