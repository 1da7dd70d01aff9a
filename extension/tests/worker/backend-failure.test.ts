import { expect, it } from "vitest";
import { backendFailure } from "../../src/worker/backend-failure";

const details = {
  provider: "lab",
  status: 429,
  key_label: "the label of the person's key",
  provider_message: "slow down",
  provider_body: { message: "slow down", type: "rate_limit_error", code: 429, owner: "jane", request: { a: 1 } },
  attempts: [{ key_label: "another" }],
};

it("A8: a page is given message, type and code of a provider's body, and nothing else of what the backend says of it", () => {
  const error = { code: "provider_throttled", message: "Lab: slow down", retryable: true, retry_after_s: 12, details };
  expect(backendFailure(error).toWire()).toEqual({
    code: 4300,
    message: "Lab: slow down",
    data: {
      satchelCode: "provider_throttled",
      message: "Lab: slow down",
      provider: "lab",
      status: 429,
      retryable: true,
      retryAfterS: 12,
      body: { message: "slow down", type: "rate_limit_error", code: 429 },
    },
  });
});

it("A8: where the body cannot be read, or is none, there is none", () => {
  for (const provider_body of [undefined, null, "text", {}, { message: "" }, { message: { a: 1 }, type: null }]) {
    const error = { code: "provider_refused", message: "No", details: { provider_body } };
    expect(backendFailure(error).data).not.toHaveProperty("body");
  }
});
