import { InvalidRequest } from "../errors/InvalidRequest.js";
import { PermissionDenied } from "../errors/PermissionDenied.js";
import { SignInRequired } from "../errors/SignInRequired.js";
import { UnsupportedMethod } from "../errors/UnsupportedMethod.js";
import { isRecord } from "../isRecord.js";
import { type AllowedGrant, type Permission, toPermissions } from "../Permission.js";
import { type PermissionWish, readPermissionWish, toNarrowing } from "../PermissionWish.js";
import type { TransportRequest } from "../Transport.js";
import { readReply } from "./readReply.js";
import type { ServerApi } from "./ServerApi.js";

type Asked = Pick<TransportRequest, "signal"> & { params: Record<string, unknown> };

/** What the token's own door says: the site that it speaks for, and what that was allowed. */
interface Told {
  state: "granted" | "prompt" | "denied";
  permissions: Permission[];
  /** Whether it is a site's token, which a grant narrows. */
  isSites: boolean;
}

const NOBODY: Told = { state: "prompt", permissions: [], isSites: true };
const UNNARROWED = { models: null, budget: null, rate_per_minute: null, expires_at: null };

/** Answer `ai_getPermissions`. */
export async function getPermissions(api: ServerApi, { signal }: Asked): Promise<object> {
  return toState(await look(api, signal));
}

/**
 * Answer `ai_requestPermissions`: the person is asked by signing in, unless what is there is enough already. A page that asks to be
 * narrowed is, at once.
 */
export async function requestPermissions(api: ServerApi, { params, signal }: Asked): Promise<object> {
  const wish = readPermissionWish(params);
  if (typeof wish === "string") throw new InvalidRequest(-32602, `${wish}.`, { satchelCode: "malformed_request" });
  let told = await look(api, signal);
  if (told.state === "denied") throw blocked();
  if (told.state !== "granted" || !covers(told, wish)) {
    if (!api.credentials.signIn) throw new PermissionDenied(4100, "This token may not ask the person for more.", ASK);
    await api.credentials.signIn(signal);
    told = await look(api, signal);
    if (told.state === "denied") throw blocked();
  }
  if (!narrows(wish)) return { permissions: told.permissions };
  if (!told.isSites) throw new UnsupportedMethod(4200, OWN);
  const init = {
    method: "PATCH",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ caveats: toNarrowing(wish) }),
    ...(signal && { signal }),
  };
  return { permissions: read(await readReply(api, "/v1/grant", init)).permissions };
}

/** Answer `ai_revokePermissions`: the page's consent is given back, and nobody is signed in here any more. */
export async function revokePermissions(api: ServerApi, { signal }: Asked): Promise<object> {
  const told = await look(api, signal);
  if (!told.isSites) throw new UnsupportedMethod(4200, OWN);
  if (told.state === "granted") await readReply(api, "/v1/grant", { method: "DELETE", ...(signal && { signal }) });
  if (told.state !== "denied") await api.credentials.signOut?.();
  return toState(told.state === "denied" ? told : NOBODY);
}

const ASK = { satchelCode: "consent_required" };
const OWN = "This token is the account's own and speaks for no site: there is no consent to change.";

function toState({ state, permissions }: Told): object {
  return { state, capabilities: permissions.map(({ parentCapability }) => parentCapability), permissions };
}

/** Look at the grant without asking anybody. */
async function look(api: ServerApi, signal: AbortSignal | undefined): Promise<Told> {
  if (!api.credentials.isSignedIn) return NOBODY;
  try {
    return read(await readReply(api, "/v1/grant", signal ? { signal } : {}));
  } catch (error) {
    if (error instanceof SignInRequired) return NOBODY;
    throw error;
  }
}

function read({ origin, data }: Record<string, unknown>): Told {
  if (typeof origin !== "string") {
    const own = { origin: globalThis.location?.origin ?? "", created_at: "", caveats: UNNARROWED };
    const permissions = toPermissions(own).map((permission) => ({ ...permission, date: null }));
    return { state: "granted", permissions, isSites: false };
  }
  if (!isRecord(data)) return NOBODY;
  if (data.state === "blocked") return { ...NOBODY, state: "denied" };
  return { state: "granted", permissions: toPermissions(data as unknown as AllowedGrant), isSites: true };
}

/** Tell whether what is wanted by name is allowed already. */
function covers({ permissions }: Told, { models, capabilities }: PermissionWish): boolean {
  const may = permissions.map(({ parentCapability }) => parentCapability);
  if (!(capabilities ?? []).every((one) => may.includes(one))) return false;
  const allowed = permissions[0]?.caveats.find(({ type }) => type === "models")?.value;
  return !Array.isArray(allowed) || (models ?? []).every((id) => allowed.includes(id));
}

function narrows({ local_only, no_tools, capabilities: _, ...wish }: PermissionWish): boolean {
  return local_only || no_tools || Object.values(wish).some((one) => one !== null);
}

function blocked(): PermissionDenied {
  return new PermissionDenied(4100, "The person has blocked this site.", { satchelCode: "origin_blocked" });
}
