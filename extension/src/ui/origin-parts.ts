import { getDomain } from "tldts";
import { decodePunycode } from "./decode-punycode";

interface OriginParts {
  /** `https://`, or empty where it goes without saying. */
  scheme: string;
  /** Subdomains with their dot. */
  before: string;
  /** The part somebody registered, which is what to look at. */
  registrable: string;
  /** `:8080` where there is one. */
  port: string;
  /** The host with its international letters, where it is spelled in punycode; null where it is not. */
  decoded: string | null;
  /** Letters of several scripts in one name: a known way to look like another site. */
  mixed: boolean;
}

const SCRIPTS = ["Latin", "Cyrillic", "Greek", "Armenian", "Hebrew", "Arabic", "Han", "Cherokee"].map(
  (name) => new RegExp(`\\p{Script=${name}}`, "u"),
);

function isMixed(host: string): boolean {
  return host.split(".").some((label) => SCRIPTS.filter((script) => script.test(label)).length > 1);
}

/** Takes an origin apart for showing. The host stays in its ASCII spelling; `decoded` stands beside it. */
export function originParts(origin: string): OriginParts {
  let url: URL;
  try {
    url = new URL(origin);
  } catch {
    return { scheme: "", before: "", registrable: origin, port: "", decoded: null, mixed: false };
  }
  const host = url.hostname;
  const registrable = getDomain(host, { allowPrivateDomains: true }) ?? host;
  const decoded = host.includes("xn--") ? decodePunycode(host) : null;
  return {
    scheme: `${url.protocol}//`,
    before: host.slice(0, host.length - registrable.length),
    registrable,
    port: url.port === "" ? "" : `:${url.port}`,
    decoded,
    mixed: decoded !== null && isMixed(decoded),
  };
}
