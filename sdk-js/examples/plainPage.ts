// A plain page: a question, the answer as it comes, a button to stop. Nothing but the extension and this script.
import { createClient, ExtensionMissing, PermissionDenied, SatchelError } from "satchel";

const form = document.querySelector("form") as HTMLFormElement;
const question = document.querySelector("textarea") as HTMLTextAreaElement;
const stop = document.querySelector("#stop") as HTMLButtonElement;
const output = document.querySelector("output") as HTMLOutputElement;

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  output.textContent = "";
  try {
    const ai = await createClient();
    const answer = ai.chat(question.value, { reason: "To answer the question you typed." });
    stop.onclick = () => answer.stop();
    for await (const part of answer) {
      if (part.type === "text") output.append(part.text);
    }
    const { model, cost } = await answer; // the same call, not a second one
    output.append(`\n\n${model}, ${cost.known ? `$${cost.usd.toFixed(4)}` : "price unknown"}`);
  } catch (error) {
    output.append(`\n${explain(error)}`);
  }
});

function explain(error: unknown): string {
  if (error instanceof ExtensionMissing) return "Install Satchel, then reload this page.";
  if (error instanceof PermissionDenied) return "You said no, and that is fine.";
  if (error instanceof SatchelError) return `${error.shortMessage} ${error.docsUrl}`;
  return String(error); // an AbortError after Stop, or a bug of this page
}
