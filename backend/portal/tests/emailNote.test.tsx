// @vitest-environment happy-dom
import { render } from "preact";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { PortalApi } from "../src/account/PortalApi";
import { SecurityView } from "../src/security/SecurityView";
import { Place } from "./Place";

const EMAIL = "mira@holt.example";
const UNPROVEN = { email: EMAIL, email_proven: false, sends_mail: true };
const SENT = `POST /sign-in/mail email=${encodeURIComponent(EMAIL)}&next=%2F%23%2Fsecurity`;
let place: Place;

beforeEach(() => {
  place = new Place();
});
afterEach(() => place.leave());

async function shown(account: object | null, api: PortalApi = place.api({})): Promise<string> {
  const props = { api, account: { data: account, error: null, reload: async () => {} }, toast: () => {} };
  render(<SecurityView {...(props as unknown as Parameters<typeof SecurityView>[0])} />, place.host);
  return place.settled();
}

test("whose address is unproven is told what follows from that, and is mailed a link that leads back here", async () => {
  const text = await shown(UNPROVEN);
  expect(text).toContain("Your address is not confirmed.");
  expect(text).toContain(`Until you confirm that ${EMAIL} is yours`);
  expect(text).not.toContain("on its way");
  const said = await place.press("Mail me a link");
  expect(place.sent.filter((call) => call.includes("mail"))).toEqual([SENT]);
  expect(place.host.querySelector("[role=status]")?.textContent).toContain(`A link to ${EMAIL} is on its way.`);
  expect(said).toContain("Mail another link");
});

test.each([
  ["it is proven", { ...UNPROVEN, email_proven: true }],
  ["no mail is sent here", { ...UNPROVEN, sends_mail: false }],
  ["a Satchel of before does not say", { email: EMAIL }],
  ["it is not known yet", null],
])("nothing is said of the address where %s", async (_, account) => {
  const text = await shown(account);
  expect(text).toContain("Password");
  for (const words of ["not confirmed", "Mail me a link"]) expect(text).not.toContain(words);
});

test("while a link is asked for the button says so, and a second press asks for no second one", async () => {
  const api = place.api({});
  const asked: ((value: undefined) => void)[] = [];
  api.security.mailLink = () => new Promise((answer) => asked.push(answer));
  await shown(UNPROVEN, api);
  expect(await place.press("Mail me a link")).not.toContain("on its way");
  await place.press("Sending…");
  expect(place.host.querySelector(".note button")?.getAttribute("aria-busy")).toBe("true");
  expect(asked).toHaveLength(1);
  asked[0]?.(undefined);
  expect(await place.settled()).toContain("on its way");
});

test.each([
  [429, "Too many links were asked for."],
  [500, "The server answered 500."],
])("a link that is refused by %i is not said to be on its way, and may be asked for again", async (status, words) => {
  const api = place.api({});
  await shown(UNPROVEN, api);
  await place.press("Mail me a link");
  api.security.mailLink = place.api({ "POST /sign-in/mail": {} }, status).security.mailLink;
  const text = await place.press("Mail another link");
  expect(place.host.querySelector("[role=alert]")?.textContent).toContain(words);
  expect(text).not.toContain("on its way");
  expect(text).toContain("Mail me a link");
});
