import { createClient } from "satchel";

const question = document.querySelector("#question");
const output = document.querySelector("#output");
const bill = document.querySelector("#bill");

const ai = await createClient();
const stop = new AbortController();

// Satchel asks the person here
const answer = ai.chat(question.value, {
  signal: stop.signal,
});

for await (const part of answer) {
  if (part.type === "text") output.append(part.text);
}

const { model, cost } = await answer;
bill.append(`${model}, $${cost.usd}`);
