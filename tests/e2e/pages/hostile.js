// What a hostile page tries. Everything is left on `window` for the test to read.
const settle = (promise) =>
  promise.then(
    (value) => ({ value }),
    (error) => ({ code: error?.code ?? String(error), satchelCode: error?.data?.satchelCode, message: error?.message }),
  );
const generate = (content, params = {}) =>
  window.ai.request({ method: "ai_generate", params: { model: "lab:count-3-0", messages: [{ role: "user", content }], ...params } });

/** Count how calls end: `{ "<code or ok>": n }`. */
const tally = async (promises) => {
  const counts = {};
  for (const { code = "ok" } of await Promise.all(promises.map(settle))) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
};

/** Say on every channel that could be listened to that somebody else asks, or has been allowed. */
const forge = async () => {
  const bank = "https://bank.example";
  const transaction = { id: "1", origin: { id: bank, domain: bank, path: "/" }, input: { prompt: "hi" } };
  for (const portName of ["completion", "media", "permission", "model", "events"]) {
    window.postMessage({ type: "request", portName, id: "1", request: { transaction, data: { permission: "allow" } } }, "*");
    window.postMessage({ type: "response", portName, id: "1", response: { __kind: "OK", data: [] } }, "*");
  }
  const { port1, port2 } = new MessageChannel();
  for (const name of ["satchel:ready", "satchel:taken", "satchel:offer"]) {
    document.dispatchEvent(new MessageEvent(name, { ports: [port2] }));
    window.dispatchEvent(new MessageEvent(name, { ports: [port2] }));
  }
  const heard = [];
  port1.onmessage = ({ data }) => heard.push(data);
  const params = { model: "lab:count-3-0", messages: [{ role: "user", content: "hi" }] };
  port1.postMessage({ id: "1", method: "ai_generate", params, origin: bank, active: true });
  port1.postMessage({ id: "2", method: "ai_decide", params: { kind: "always" } });
  Object.prototype.origin = bank;
  Object.prototype.active = true;
  Object.prototype.resume = { after: 3 };
  Object.prototype.decision = { kind: "always" };
  Object.prototype.signal = AbortSignal.abort();
  Object.prototype.onEvent = (event) => heard.push(event);
  const methods = ["decide", "putGrant", "snapshot", "ai_subscribe", "__proto__", "constructor"];
  const ends = await Promise.all(methods.map((method) => settle(window.ai.request({ method, params }))));
  for (const name of ["origin", "active", "resume", "decision", "signal", "onEvent"]) delete Object.prototype[name];
  await new Promise((resolve) => setTimeout(resolve, 300));
  return { heard, ends: ends.map(({ code = "ok" }) => code) };
};

/** Open a frame, ask in it, and tell how that ended. */
const inFrame = (attributes) =>
  new Promise((resolve) => {
    const frame = document.createElement("iframe");
    const hear = ({ data, source }) => {
      if (source !== frame.contentWindow) return;
      window.removeEventListener("message", hear);
      resolve(data);
      frame.remove();
    };
    window.addEventListener("message", hear);
    Object.assign(frame, attributes.properties);
    if (attributes.sandbox) frame.setAttribute("sandbox", attributes.sandbox);
    if (attributes.allow) frame.setAttribute("allow", attributes.allow);
    document.body.append(frame);
  });

/** Ask in an empty frame, as its own window would: nothing is loaded into it. */
const inBlank = async () => {
  const frame = document.createElement("iframe");
  document.body.append(frame);
  const { contentWindow } = frame;
  for (let tries = 0; contentWindow.ai === undefined && tries < 100; tries++) await new Promise((resolve) => setTimeout(resolve, 20));
  const has = typeof contentWindow.ai;
  const end = has === "undefined" ? {} : await settle(contentWindow.ai.request({ method: "ai_generate", params: { model: "lab:count-3-0", messages: [{ role: "user", content: "hi" }] } }));
  frame.remove();
  return { origin: contentWindow.origin, has, ...end, text: end.value?.text };
};

window.hostile = { settle, tally, generate, forge, inFrame, inBlank };
