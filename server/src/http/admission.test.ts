import { describe, expect, it } from "vitest";
import { admitRequests } from "./admission.ts";
import type { HttpRequest } from "./request.ts";

const request = (path: string) => ({ path }) as HttpRequest;

describe("overload", () => {
  it("turns away what is more than it can work on, says when to come back, and recovers", async () => {
    const waiting: (() => void)[] = [];
    let refused = 0;
    const admission = admitRequests(
      () => new Promise((resolve) => waiting.push(() => resolve({ status: 200 }))),
      2,
      () => {
        refused += 1;
      },
    );
    const first = [admission.handler(request("/v1/a")), admission.handler(request("/v1/b"))];
    expect(admission.inFlight()).toBe(2);
    expect(await admission.handler(request("/v1/c"))).toMatchObject({
      status: 503,
      body: { code: "unavailable" },
      headers: { "retry-after": "1" },
    });
    expect(refused).toBe(1);
    const probe = admission.handler(request("/readyz"));
    for (const release of waiting) release();
    expect((await probe).status).toBe(200);
    await Promise.all(first);
    expect(admission.inFlight()).toBe(0);
    const later = admission.handler(request("/v1/d"));
    waiting.at(-1)!();
    expect((await later).status).toBe(200);
  });

  it("forgets a request whose handler failed", async () => {
    const admission = admitRequests(
      () => Promise.reject(new Error("bug")),
      1,
      () => undefined,
    );
    await expect(admission.handler(request("/v1/a"))).rejects.toThrow("bug");
    expect(admission.inFlight()).toBe(0);
  });
});
