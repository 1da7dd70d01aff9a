import { getWindowAI } from "window.ai";

const question = document.querySelector("#question");
const output = document.querySelector("#output");

const ai = await getWindowAI();

// Rejects with the string "PERMISSION_DENIED" after a no
const [answer] = await ai.generateText(
  { prompt: question.value },
  {
    onStreamResult(part) {
      if (part) output.append(part.text);
    },
  },
);
output.replaceChildren(answer.text);
