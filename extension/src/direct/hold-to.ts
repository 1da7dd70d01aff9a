import type { SiteCapability } from "../../../sdk-js/src/Permission";
import type { ChatBody } from "../wire/chat-body";
import type { GrantDraft } from "../wire/grant-draft";
import { backendFailure } from "../worker/backend-failure";
import type { Run } from "../worker/run";

/** Holds a run to what its site was allowed, as the backend holds those that go there. Throws what a page is to hear that lacks a capability. */
export function holdTo(run: Run, { capabilities, max_tokens: most }: NonNullable<GrantDraft["caveats"]>): void {
  const lacks = neededFor(run).filter((one) => capabilities?.includes(one) === false);
  if (lacks.length > 0) {
    const message = `This site was not allowed ${lacks.join(", ")}; it may ask for that`;
    throw backendFailure({ code: "capability_not_granted", message, details: { missing: lacks } });
  }
  if (most && run.kind === "chat")
    run.body = { ...(run.body as ChatBody), max_tokens: Math.min(run.body.max_tokens ?? most, most) };
}

function neededFor({ kind, body }: Run): SiteCapability[] {
  if (kind === "embeddings") return ["model:embed"];
  if (kind === "images") return ["model:image"];
  if (kind === "speech") return ["model:speak"];
  if (kind === "transcriptions") return ["model:transcribe"];
  return (body.tools?.length ?? 0) > 0 ? ["model:prompt", "model:tools"] : ["model:prompt"];
}
