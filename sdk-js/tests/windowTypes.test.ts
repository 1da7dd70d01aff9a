import type { ClientOptions } from "openai";
import type { createClient, InjectedProvider } from "satchel";
import type { InjectedAI } from "satchel/types";
import { expectTypeOf, test } from "vitest";

// Checked by tsc.
test("window.ai is declared: OpenAI's SDK takes its fetch, its calls are the client's, and it is a provider", () => {
  expectTypeOf<Window["ai"]>().toExtend<InjectedAI>();
  expectTypeOf<InjectedAI["fetch"]>().toExtend<NonNullable<ClientOptions["fetch"]>>();
  expectTypeOf<InjectedAI["chat"]>().toEqualTypeOf<Awaited<ReturnType<typeof createClient>>["chat"]>();
  expectTypeOf<InjectedAI>().toExtend<InjectedProvider>();
});
