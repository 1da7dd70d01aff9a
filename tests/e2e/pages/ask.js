// What a page of 2023 does: the original package, its own way of streaming and of failing. Results are left on `window` for the test to read.
import { ErrorCode, getWindowAI } from "/npm/window.ai/dist/index.js";

window.ErrorCode = ErrorCode;
window.deltas = [];
window.state = "idle";

window.ask = async (prompt, options = {}) => {
  window.deltas = [];
  window.state = "asking";
  window.result = undefined;
  window.error = undefined;
  try {
    const ai = await getWindowAI();
    const [answer] = await ai.generateText(
      { messages: [{ role: "user", content: prompt }] },
      {
        ...options,
        onStreamResult: (part, error) => {
          if (error) window.handlerError = error;
          else {
            window.deltas.push({ ...part, at: performance.now() });
            document.getElementById("out").textContent += part.message.content;
            window.state = "streaming";
          }
        },
      },
    );
    window.result = answer;
    window.state = "done";
  } catch (error) {
    window.error = error;
    window.state = "failed";
  }
  return window.state;
};

document.getElementById("ask").addEventListener("click", () => window.ask("Say hello."));

// With `?auto=<model>` the page asks by itself and reports to its own server: for browsers that nobody drives.
const auto = new URLSearchParams(location.search).get("auto");
const report = (what, body) => fetch(`/log/${what}`, { method: "POST", body: JSON.stringify(body) });
if (auto) {
  window.addEventListener("load", async () => {
    // A browser that starts with a page may load it before its extensions are there.
    if (!("ai" in window)) return setTimeout(() => location.reload(), 300);
    const watch = setInterval(() => {
      if (window.deltas.length > 20) {
        clearInterval(watch);
        report("streaming", { deltas: window.deltas.length });
      }
    }, 50);
    await window.ask("Count.", { model: auto });
    await report("ended", { state: window.state, error: window.error, text: window.result?.message.content, deltas: window.deltas.map((part) => part.message.content) });
  });
}
