import { toServerError } from "../errors/toServerError.js";
import { type AskMethod, unknownOption } from "../unknownOption.js";

/** Refuse a call whose params nobody knows, as the extension does, with −32602. */
export function refuseUnknown(method: AskMethod, params: object): void {
  const message = unknownOption(method, params);
  if (message) throw toServerError({ code: "malformed_request", message });
}
