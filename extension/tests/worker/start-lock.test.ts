import { expect, it } from "vitest";
import { StartLock } from "../../src/worker/start-lock";
import { memoryKeyValue } from "./memory-key-value";

function starting({ wanted = true, signedIn = true } = {}) {
  const failures: Error[] = [];
  const seen = { locks: 0 };
  const memory = memoryKeyValue();
  const startLock = () =>
    new StartLock({
      memory,
      settings: { lockOnClose: async () => wanted },
      session: { signedIn: async () => signedIn },
      backend: {
        async lock() {
          const failure = failures.pop();
          if (failure !== undefined) throw failure;
          seen.locks += 1;
          return {} as never;
        },
      },
    });
  return { startLock, failures, seen, memory };
}

it("locks once for each time the browser is opened, however many ask and however often the worker starts", async () => {
  const { startLock, seen, memory } = starting();
  const first = startLock();
  await Promise.all([first.ready(), first.ready()]);
  await startLock().ready();
  expect(seen.locks).toBe(1);
  await memory.remove("begun");
  await startLock().ready();
  expect(seen.locks).toBe(2);
});

it("lets nobody go on before it is locked, and tries again for the next who asks", async () => {
  const { startLock, failures, seen } = starting();
  const lock = startLock();
  failures.push(new Error("nobody answers"));
  await expect(lock.ready()).rejects.toThrow("nobody answers");
  await lock.ready();
  expect(seen.locks).toBe(1);
});

it.each([{ wanted: false }, { signedIn: false }])("does not where %o", async (how) => {
  const { startLock, seen } = starting(how);
  await startLock().ready();
  expect(seen.locks).toBe(0);
});
