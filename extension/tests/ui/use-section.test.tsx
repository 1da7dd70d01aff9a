// @vitest-environment happy-dom
import { render } from "preact";
import { afterEach, expect, it } from "vitest";
import { useSection } from "../../src/ui/use-section";

function Told() {
  const { section, item } = useSection();
  return `${section} ${item}`;
}

afterEach(() => {
  render(null, document.body);
  history.replaceState(null, "", "#");
});

it("follows the address, also where it changes between the first rendering and the first effect", async () => {
  history.replaceState(null, "", "#sites/grant_1");
  render(<Told />, document.body);
  expect(document.body.textContent).toBe("sites grant_1");
  history.replaceState(null, "", "#keys"); // and no event that tells: nobody listened yet
  await expect.poll(() => document.body.textContent, { timeout: 30_000 }).toBe("keys null");
  location.hash = "#activity/gen_1";
  window.dispatchEvent(new Event("hashchange"));
  await expect.poll(() => document.body.textContent, { timeout: 30_000 }).toBe("activity gen_1");
});
